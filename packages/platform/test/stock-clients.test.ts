import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import amqp from "amqplib";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStackHandle } from "../src/app/stack-handle.ts";
import type { Stack } from "../src/app/stack.ts";
import { startForTests } from "../src/app/test-suites.ts";
import { createThrowawayStack } from "../src/app/throwaway-stack.ts";
import { serviceNames } from "../src/services/registry.ts";
import type { StackHandle } from "../src/suites/stack-handle.ts";
import { type CommandResult, runCommand } from "./command-line.ts";
import { likeStack } from "./like-stack.ts";

// What a user brings: the engines' own clients, curl and openssl, and common drivers. None of it is ours.
let stack: Stack & AsyncDisposable;
let handle: StackHandle;
let scratch: string;
let foreignCa: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), "clients-"));
  foreignCa = path.join(scratch, "foreign.pem");
  const made = await runCommand("openssl", [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "1",
    "-subj",
    "/CN=DevStack Core Root CA",
    "-keyout",
    path.join(scratch, "key.pem"),
    "-out",
    foreignCa,
  ]);
  expect(made.exit, made.stderr).toBe(0);
  stack = await createThrowawayStack(await likeStack());
  await startForTests(stack, serviceNames);
  handle = await openStackHandle(stack);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true });
});

interface Endpoint {
  readonly instance: string;
  readonly name: string;
  /** The protocol that TLS is begun in. */
  readonly starttls?: string;
  /** Whose certificate the client shows where one is asked for. */
  readonly as?: string;
}

const port = (instance: string, name: string): string => String(stack.ports[instance]?.[name]);

const tlsFile = (instance: string, name: string): string =>
  path.join(stack.folders.run, instance, "tls", `${name}.pem`);

describe("openssl s_client", () => {
  const endpoints: readonly Endpoint[] = [
    { instance: "vault", name: "https" },
    { instance: "postgres", name: "sql", starttls: "postgres" },
    { instance: "mysql", name: "sql", starttls: "mysql" },
    { instance: "mongodb", name: "mongo" },
    ...[1, 2, 3, 4, 5, 6].map((node) => ({ instance: `redis-${node}`, name: "tls" })),
    { instance: "redis-1", name: "bus", as: "redis-2" },
    { instance: "rabbitmq", name: "amqps" },
  ];

  it.each(endpoints)(
    "verifies the chain of $instance ($name), names and address, and refuses a foreign CA and another name",
    async ({ instance, name, starttls, as }) => {
      const ask = async (ca: string, ...identity: string[]): Promise<CommandResult> =>
        runCommand("openssl", [
          "s_client",
          "-connect",
          `127.0.0.1:${port(instance, name)}`,
          "-CAfile",
          ca,
          "-verify_return_error",
          "-brief",
          ...identity,
          ...(starttls === undefined ? [] : ["-starttls", starttls]),
          ...(as === undefined
            ? []
            : ["-cert", tlsFile(as, "certificate"), "-key", tlsFile(as, "key")]),
        ]);
      const { caFile } = handle.keyStore;
      for (const identity of [
        ["-verify_hostname", instance],
        ["-verify_hostname", `${instance}.dev-services.local`],
        ["-verify_hostname", "localhost"],
        ["-verify_ip", "127.0.0.1"],
      ]) {
        const good = await ask(caFile, ...identity);
        expect(`${identity[1]} ${good.stderr}`).toMatch(/Verification: OK/);
      }
      expect((await ask(caFile, "-verify_hostname", "example.org")).stderr).toMatch(
        /verify error:.*hostname mismatch/i,
      );
      expect((await ask(foreignCa)).stderr).toMatch(
        /verify error:.*unable to get .*issuer certificate|self-signed certificate/i,
      );
    },
  );
});

describe("psql", () => {
  it("comes in with the vault's password and the CA, and not with another", async () => {
    const { user = "", password = "", database = "" } = await handle.secret("postgres");
    const { programs, env } = await handle.engine("postgres");
    const ask = async (more: Record<string, string>): Promise<CommandResult> =>
      runCommand(
        programs["psql"] ?? "",
        ["-Atc", "select current_user || ' ' || ssl from pg_stat_ssl where pid = pg_backend_pid()"],
        {
          env: {
            ...env,
            PGHOST: "localhost",
            PGHOSTADDR: "127.0.0.1",
            PGPORT: port("postgres", "sql"),
            PGUSER: user,
            PGPASSWORD: password,
            PGDATABASE: database,
            PGSSLMODE: "verify-full",
            PGSSLROOTCERT: handle.keyStore.caFile,
            ...more,
          },
        },
      );
    expect((await ask({})).stdout).toBe("devuser true\n");
    expect((await ask({ PGSSLMODE: "disable" })).stdout).toBe("devuser false\n");
    expect((await ask({ PGPASSWORD: "wrong" })).stderr).toMatch(/password authentication failed/);
    expect((await ask({ PGSSLROOTCERT: foreignCa })).stderr).toMatch(/certificate verify failed/);
    expect((await ask({ PGHOST: "example.org" })).stderr).toMatch(/does not match host name/);
  });
});

describe("the MySQL client", () => {
  it("comes in with the vault's password and the CA, and not with another", async () => {
    const { user, password, database } = await handle.secret("mysql");
    const { programs, env } = await handle.engine("mysql");
    const client = programs["mariadb"] ?? programs["mysql"] ?? "";
    const ask = async (
      pwd: string | undefined,
      ca: string,
      host = "127.0.0.1",
    ): Promise<CommandResult> =>
      runCommand(
        client,
        [
          "--no-defaults",
          "--protocol=tcp",
          `--host=${host}`,
          `--port=${port("mysql", "sql")}`,
          `--user=${user}`,
          `--ssl-ca=${ca}`,
          "--ssl-verify-server-cert",
          "-N",
          "-B",
          "-e",
          "select substring_index(current_user(), '@', 1); show status like 'Ssl_version'",
          String(database),
        ],
        {
          env: { ...env, MYSQL_PWD: pwd },
        },
      );
    expect((await ask(password, handle.keyStore.caFile)).stdout).toMatch(
      /^devuser\nSsl_version\tTLSv1\.[23]\n$/,
    );
    expect((await ask("wrong", handle.keyStore.caFile)).stderr).toMatch(/Access denied/);
    expect((await ask(password, foreignCa)).stderr).toMatch(/certificate|TLS|SSL/i);
  });
});

describe("redis-cli in cluster mode", () => {
  it("follows the slots with the vault's password, plain and over TLS, and comes in with no other", async () => {
    const { password } = await handle.secret("redis-1");
    const { programs, env } = await handle.engine("redis");
    const ask = async (
      pwd: string | undefined,
      input: string,
      ...args: string[]
    ): Promise<CommandResult> =>
      runCommand(programs["redis-cli"] ?? "", ["-c", "-h", "127.0.0.1", ...args], {
        env: { ...env, REDISCLI_AUTH: pwd },
        input,
      });
    const keys = Array.from({ length: 20 }, (_, index) => `stock:${index}`);
    const writes = keys.map((key) => `SET ${key} ${key}\n`).join("");
    const reads = keys.map((key) => `GET ${key}\n`).join("");
    const plain = ["-p", port("redis-1", "plain")];
    const tls = [
      "-p",
      port("redis-2", "tls"),
      "--tls",
      "--cacert",
      handle.keyStore.caFile,
      "--sni",
      "localhost",
    ];
    expect((await ask(password, writes, ...plain)).stdout.match(/OK/g)).toHaveLength(keys.length);
    expect(
      (await ask(password, reads, ...tls)).stdout
        .split("\n")
        .filter((line) => line.startsWith("stock:")),
    ).toEqual(keys);
    expect((await ask("wrong", "GET stock:1\n", ...plain)).stdout).toMatch(/NOAUTH/);
    expect(
      (await ask(password, "PING\n", "-p", port("redis-2", "tls"), "--tls", "--cacert", foreignCa))
        .stderr,
    ).toMatch(/certificate verify failed/);
  });
});

describe("the MongoDB driver", () => {
  it("comes in with the vault's password and the CA, and not with another", async () => {
    const { user = "", password = "", database = "" } = await handle.secret("mongodb");
    const insertOne = async (pwd: string | undefined, ca: string): Promise<boolean> => {
      const client = new MongoClient(
        `mongodb://127.0.0.1:${port("mongodb", "mongo")}/?directConnection=true`,
        {
          auth: { username: String(user), password: String(pwd) },
          authSource: String(database),
          tls: true,
          tlsCAFile: ca,
          serverSelectionTimeoutMS: 3000,
        },
      );
      try {
        return (await client.db(database).collection("stock").insertOne({ word: "hello" }))
          .acknowledged;
      } finally {
        await client.close();
      }
    };
    expect(await insertOne(password, handle.keyStore.caFile)).toBe(true);
    await expect(insertOne("wrong", handle.keyStore.caFile)).rejects.toThrow(
      /Authentication failed/,
    );
    await expect(insertOne(password, foreignCa)).rejects.toThrow(/certificate/);
  });
});

describe("an AMQP client", () => {
  it("comes in with the vault's password and the CA, and not with another", async () => {
    const { user, password, vhost } = await handle.secret("rabbitmq");
    const connect = async (pwd: string | undefined, ca: string): Promise<string> => {
      const connection = await amqp.connect(
        {
          protocol: "amqps",
          hostname: "127.0.0.1",
          port: Number(port("rabbitmq", "amqps")),
          username: String(user),
          password: String(pwd),
          vhost: String(vhost),
        },
        { ca: [await readFile(ca)], timeout: 3000 },
      );
      const channel = await connection.createChannel();
      const { queue } = await channel.assertQueue("", { exclusive: true });
      await connection.close();
      return queue;
    };
    expect(await connect(password, handle.keyStore.caFile)).toMatch(/^amq\.gen-/);
    await expect(connect("wrong", handle.keyStore.caFile)).rejects.toThrow(/ACCESS_REFUSED|403/);
    await expect(connect(password, foreignCa)).rejects.toThrow(/certificate/);
  });
});

describe("curl", () => {
  it("reads from the vault over verified TLS with a token, and not without", async () => {
    const token = (await handle.keyStore.rootToken()).reveal();
    const ask = async (ca: string, header: string, host = "127.0.0.1"): Promise<CommandResult> =>
      runCommand(
        "curl",
        [
          "-sS",
          "--cacert",
          ca,
          "-w",
          "\n%{http_code}",
          "--config",
          "-",
          `https://${host}:${port("vault", "https")}/v1/secret/data/postgres`,
        ],
        { input: header },
      );
    const good = await ask(handle.keyStore.caFile, `header = "X-Vault-Token: ${token}"\n`);
    expect(good.stdout).toMatch(/"database":"devdb"[\s\S]*\n200$/);
    expect((await ask(handle.keyStore.caFile, "")).stdout).toMatch(
      /permission denied[\s\S]*\n403$/,
    );
    expect((await ask(foreignCa, "")).exit).toBe(60);
  });

  it("asks RabbitMQ's management with the administrator's password, and not with another", async () => {
    const { user, password } = await handle.secret("rabbitmq-admin");
    const ask = async (pwd: string | undefined): Promise<CommandResult> =>
      runCommand(
        "curl",
        [
          "-sS",
          "-o",
          "/dev/null",
          "-w",
          "%{http_code}",
          "--config",
          "-",
          `http://127.0.0.1:${port("rabbitmq", "management")}/api/overview`,
        ],
        { input: `user = "${user}:${pwd}"\n` },
      );
    expect((await ask(password)).stdout).toBe("200");
    expect((await ask("wrong")).stdout).toBe("401");
  });
});
