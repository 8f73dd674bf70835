import { spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStackHandle } from "../src/app/stack-handle.ts";
import { resolveStack } from "../src/app/stack.ts";
import { status } from "../src/app/status.ts";
import { surroundings } from "../src/config/folders.ts";
import { exists } from "../src/shared/files.ts";
import { type CommandResult, launcher, runCommand } from "./command-line.ts";
import { makeProject, type Project } from "./project.ts";

// The commands of every day, as a user types them, on a stack of a project of its own.
let project: Project;

beforeAll(async () => {
  project = await makeProject({});
  const { exit, stdout, stderr } = await project.run("up", "postgres", "mysql", "mongodb", "redis");
  expect(exit, stdout + stderr).toBe(0);
});
afterAll(async () => project[Symbol.asyncDispose]());

async function pidOf(instance: string): Promise<number> {
  const { stdout } = await project.run("status", "--json");
  const { instances } = JSON.parse(stdout) as { instances: { instance: string; pid?: number }[] };
  const found = instances.find((one) => one.instance === instance);
  if (found?.pid === undefined) throw new Error(`${instance} has no process: ${stdout}`);
  return found.pid;
}

describe("health", () => {
  it("says what it asked of each service that was started, and 0 when all answer", async () => {
    const { exit, stdout } = await project.run("health");
    expect(exit, stdout).toBe(0);
    expect(stdout).toMatch(/^postgres\s+healthy\s+\d+ ms\s+the application logs in, writes a row/m);
    expect(stdout).toMatch(/^redis\s+healthy\s+\d+ ms/m);
    expect(stdout).toMatch(/^vault\s+healthy\s+\d+ ms/m);
    expect(stdout).not.toContain("rabbitmq");
  });

  it("finds a service out that is ready by its state and answers nobody, and exits 1", async () => {
    const pid = await pidOf("redis-2");
    process.kill(pid, "SIGSTOP");
    try {
      const { exit, stdout } = await project.run("health", "--json", "redis", "postgres");
      expect(exit, stdout).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        healthy: false,
        services: [
          { service: "postgres", healthy: true },
          { service: "redis", state: "ready", healthy: false },
        ],
      });
      const waited = await project.run("wait", "redis", "--timeout", "500ms");
      expect(waited.exit).toBe(5);
      expect(waited.stderr).toMatch(/error DS_WAIT_TIMED_OUT: not healthy within 0.5 s: redis \(/);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    expect((await project.run("wait", "redis")).exit).toBe(0);
  });
});

describe("wait", () => {
  it("is not content with a service that nobody started, and is with its being stopped", async () => {
    const { exit, stderr } = await project.run("wait", "rabbitmq", "--timeout", "100ms");
    expect(exit).toBe(5);
    expect(stderr).toContain("rabbitmq (it is stopped)");
    expect((await project.run("wait", "rabbitmq", "--status", "stopped")).exit).toBe(0);
    const running = await project.run("wait", "redis", "--status", "stopped", "--timeout", "100ms");
    expect(running.exit).toBe(5);
    expect(running.stderr).toMatch(/redis-1 \(ready, pid \d+\)/);
  });

  it("refuses what it can't wait for", async () => {
    const state = await project.run("wait", "redis", "--status", "helthy");
    expect(state.exit).toBe(2);
    expect(state.stderr).toContain('did you mean "healthy"?');
    const service = await project.run("wait", "rediss");
    expect(service.exit).toBe(2);
    expect(service.stderr).toContain('did you mean "redis"?');
    expect((await project.run("wait", "redis", "--timeout", "soon")).exit).toBe(2);
  });
});

describe("url", () => {
  it("gives the way in over TLS, and on request the plain one", async () => {
    const tls = (await project.run("url", "postgres")).stdout.trim();
    expect(new URL(tls).searchParams.get("sslmode")).toBe("verify-full");
    const ca = new URL(tls).searchParams.get("sslrootcert") ?? "";
    expect(await readFile(ca, "utf8")).toContain("BEGIN CERTIFICATE");
    expect((await project.run("url", "postgres", "--plain")).stdout).toMatch(/sslmode=disable\n$/);
    expect((await project.run("url", "redis")).stdout).toMatch(/^rediss:/);
    expect((await project.run("url", "redis", "--plain")).stdout).toMatch(/^redis:/);
    expect((await project.run("url", "vault")).stdout).toMatch(/^https:/);
    expect((await project.run("url", "vault", "--plain")).stdout).toMatch(/^http:/);
  });
});

describe("run", () => {
  it("gives the command the settings, and its own exit code or signal to the caller", async () => {
    const env = await project.run("run", "--", "printenv", "PGSSLMODE", "REDIS_TLS_URL", "HOME");
    expect(env.stdout).toMatch(/^verify-full\nrediss:.*\n\/.*\n$/);
    expect((await project.run("run", "--", "sh", "-c", "exit 7")).exit).toBe(7);
    expect((await project.run("run", "--", "sh", "-c", "kill -TERM $$")).exit).toBe(143);
    expect((await project.run("run", "--", "echo", "--json", "--help")).stdout).toBe(
      "--json --help\n",
    );
  });

  it("hands a signal on and waits for what the command makes of it", async () => {
    const script = "trap 'echo told; exit 9' TERM; echo ready; while :; do sleep 0.05; done";
    const child = spawn(launcher, ["run", "--", "sh", "-c", script], { cwd: project.folder });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      if (!said.includes("ready")) child.kill("SIGTERM");
      said += chunk.toString();
    });
    const exit = await new Promise((resolve) => {
      child.once("close", resolve);
    });
    expect([said, exit]).toEqual(["ready\ntold\n", 9]);
  });

  it("names a program that is not there", async () => {
    const { exit, stderr } = await project.run("run", "--", "no-such-program");
    expect(exit).toBe(2);
    expect(stderr).toContain("error DS_PROGRAM_NOT_STARTED: no-such-program can't be started");
  });
});

describe("shell", () => {
  it("runs what it is given in psql, over verified TLS, with no password among its arguments", async () => {
    const password = (await project.run("vault", "show-password", "postgres")).stdout.trim();
    const { exit, stdout, stderr } = await project.feed(
      String.raw`\pset tuples_only
select current_user, ssl from pg_stat_ssl where pid = pg_backend_pid();
\! tr '\0' ' ' < /proc/$PPID/cmdline
\! env | grep -e ^PGSSLMODE -e ^PSQL_HISTORY
select 1/0;
`,
      "shell",
      "postgres",
    );
    expect(exit, stderr).toBe(0);
    expect(stdout).toMatch(/devuser\s+\| t/);
    expect(stdout).toContain("PGSSLMODE=verify-full");
    expect(stdout).toMatch(/PSQL_HISTORY=.*\/history\/postgres/);
    expect(stdout).toContain("psql");
    expect(stdout).not.toContain(password);
    expect(stderr).toContain("division by zero");
  });

  it("does so in MariaDB's client and in redis-cli, in cluster mode", async () => {
    const sql = await project.feed(
      "show status like 'Ssl_version'; select 6 * 7;",
      "shell",
      "mysql",
    );
    expect(sql.stdout, sql.stderr).toMatch(/TLSv1\.[23][\s\S]*42/);
    const redis = await project.feed("SET a 1\nSET b 2\nSET c 3\nGET b\n", "shell", "redis");
    expect(redis.stdout, redis.stderr).toMatch(/OK[\s\S]*OK[\s\S]*OK[\s\S]*2/);
    expect((await project.feed("", "shell", "redis")).stderr).not.toMatch(/warning/i);
  });

  it("has a prompt of its own for MongoDB", async () => {
    const good = await project.feed(
      '{"insert": "things", "documents": [{"_id": 1}]}\nshow collections\n{"find": "things"}\n',
      "shell",
      "mongodb",
    );
    expect(good.exit, good.stderr).toBe(0);
    expect(good.stdout).toMatch(/"n": 1[\s\S]*^things$[\s\S]*"_id": 1/m);
    const bad = await project.feed("{find: things}\n", "shell", "mongodb");
    expect(bad.exit).toBe(1);
    expect(bad.stderr).toContain("that is no command as JSON");
  });

  it("has one for RabbitMQ, as the application", async () => {
    const up = await project.run("up", "rabbitmq");
    expect(up.exit, up.stdout + up.stderr).toBe(0);
    const good = await project.feed(
      "declare jobs\npublish jobs one more\nqueues\nget jobs\nget jobs\ndelete jobs\n",
      "shell",
      "rabbitmq",
    );
    expect(good.exit, good.stderr).toBe(0);
    expect(good.stdout).toMatch(
      /^jobs: 0 messages, 0 consumers\nconfirmed\njobs: \d messages, \d consumers\none more\nthere is no message\n0 messages\n$/,
    );
    const bad = await project.feed("publish jobs lost\n", "shell", "rabbitmq");
    expect([bad.exit, bad.stdout]).toEqual([1, ""]);
    expect(bad.stderr).toContain("no queue 'jobs'");
    expect((await project.feed("list\n", "shell", "rabbitmq")).stderr).toContain("no command");
  });

  it("has one for the vault where neither bao nor vault is", async () => {
    const lines = `write secret/data/mine {"data": {"word": "x"}}
read secret/data/mine
list secret/metadata
delete secret/metadata/mine
read secret/data/mine
`;
    const PATH = "/usr/bin:/bin"; // not where a user would have put them
    const { exit, stdout, stderr } = await runCommand(launcher, ["shell", "vault"], {
      cwd: project.folder,
      input: lines,
      env: { ...process.env, PATH, SHELL: "/bin/cat" }, // a shell would say nothing of it
    });
    expect(stdout).toMatch(/"version": 1[\s\S]*"word": "x"[\s\S]*"mine"[\s\S]*done\n$/);
    expect([exit, stderr]).toEqual([1, "there is nothing at secret/data/mine\n"]);
  });

  it("refuses a service that is none", async () => {
    expect((await project.run("shell", "postgers")).stderr).toContain('did you mean "postgres"?');
  });
});

describe("vault", () => {
  const password = async (): Promise<string> =>
    (await project.run("vault", "show-password", "postgres")).stdout;

  it("is sealed and unsealed on request, once", async () => {
    const before = await password();
    expect((await project.run("vault", "seal")).stdout).toBe("the vault is sealed now\n");
    expect((await project.run("vault", "seal")).stdout).toBe("the vault was sealed\n");
    const sealed = await project.run("vault", "show-password", "postgres");
    expect(sealed.exit).toBe(1);
    expect(sealed.stderr).toMatch(
      /error DS_VAULT_REFUSED: .*503: .*sealed[\s\S]*hint: devstack vault unseal/,
    );
    expect((await project.run("health")).stdout).toMatch(/^vault\s+unhealthy/m);
    expect((await project.run("vault", "unseal")).stdout).toBe("the vault is open now\n");
    expect(await password()).toBe(before);
  });

  it("is initialised once only", async () => {
    const token = await project.run("vault", "token");
    const { exit, stdout } = await project.run("vault", "init", "--json");
    expect([exit, JSON.parse(stdout)]).toEqual([0, { outcome: "was initialised before" }]);
    expect(await project.run("vault", "token")).toEqual(token);
  });

  it("puts back what is missing, and changes nothing else", async () => {
    const before = await password();
    const removal =
      'curl -sf --cacert "$VAULT_CACERT" -H @- -X DELETE "$VAULT_ADDR/v1/sys/policies/acl/postgres-policy"';
    const token = (await project.run("vault", "token")).stdout.trim();
    const removed = await project.feed(
      `X-Vault-Token: ${token}\n`,
      "run",
      "--",
      "sh",
      "-c",
      removal,
    );
    expect(removed.exit, removed.stderr).toBe(0);
    expect((await project.run("vault", "show-password", "postgres")).exit).toBe(1);
    for (const _ of [1, 2]) {
      const { exit, stdout, stderr } = await project.run("vault", "bootstrap");
      expect(exit, stderr).toBe(0);
      expect(stdout).toContain("postgres");
      expect(await password()).toBe(before);
    }
  });
});

it("brings MariaDB's own tables up to date where an older release made them", async (test) => {
  const { folder } = project;
  const stack = await resolveStack({ cwd: folder, home: folder, surroundings: surroundings() });
  const data = path.join(stack.folders.data, "mysql");
  const release = path.join(data, "devstack-system-tables");
  const mysql = (await status(stack)).instances.find(({ instance }) => instance === "mysql");
  if (mysql?.engine?.startsWith("mysql ")) {
    console.warn("MariaDB's own tables: skipped, the engine is MySQL, which does it by itself");
    test.skip();
  }
  const handle = await openStackHandle(stack);
  const { user = "", password = "" } = await handle.secret("mysql-admin");
  const tables = async (statement: string): Promise<unknown> => {
    const port = stack.ports["mysql"]?.["sql"] ?? -1;
    const connection = await createConnection({ host: "127.0.0.1", port, user, password });
    const [rows] = await connection.query(statement);
    await connection.end();
    return rows;
  };
  const made = await readFile(release, "utf8");
  expect(made).toMatch(/^\d+\.\d+$/);
  await tables("drop table mysql.time_zone_leap_second");
  await writeFile(release, "10.6");
  const { exit, stdout, stderr } = await project.run("restart", "mysql");
  expect(exit, stdout + stderr).toBe(0);
  expect(await tables("show tables from mysql like 'time_zone_leap_second'")).toHaveLength(1);
  expect(await readFile(release, "utf8")).toBe(made);
  expect((await readdir(path.join(stack.folders.run, "mysql"))).join()).not.toContain("superuser");
});

describe("ls and destroy", () => {
  interface Listing {
    readonly stacks: readonly { id: string; folder: string; running: boolean; ready: number }[];
  }
  const own = async (): Promise<Listing["stacks"][number] | undefined> =>
    (JSON.parse((await project.run("ls", "--json")).stdout) as Listing).stacks.find(
      (one) => one.folder === project.folder,
    );

  it("lists the stack, where it belongs and how many services are ready", async () => {
    expect(await own()).toMatchObject({ running: true, ready: 6 });
    expect((await project.run("ls")).stdout).toContain(project.folder);
  });

  it("asks on a terminal, and takes no other answer than the stack's name", async () => {
    const dialogue = async (answer: string): Promise<CommandResult> =>
      runCommand("script", ["-qec", `'${launcher}' destroy`, "/dev/null"], {
        cwd: project.folder,
        input: `${answer}\n`,
        env: { ...process.env, CI: "" },
      });
    const { exit, stdout } = await dialogue("yes");
    expect(exit, stdout).toBe(2);
    expect(stdout).toMatch(
      /removes for good:[\s\S]*type the stack's name, project-[\s\S]*DS_NOT_CONFIRMED/,
    );
    expect(await own()).toMatchObject({ running: true });
  });

  it("destroys nothing where it can't ask; with --yes everything of the stack's and nothing else", async () => {
    const { exit, stderr } = await project.run("destroy");
    expect(exit).toBe(2);
    expect(stderr).toMatch(/error DS_NOT_CONFIRMED: .*no terminal to ask on\n {2}hint: .*--yes/);
    expect(await own()).toMatchObject({ running: true });
    const pid = await pidOf("postgres");
    const answer = await project.run("destroy", "--yes", "--json");
    expect(answer.exit, answer.stderr).toBe(0);
    const { removed } = JSON.parse(answer.stdout) as { removed: string[] };
    expect(removed).toHaveLength(2);
    for (const folder of removed) expect(await exists(folder)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    expect(await own()).toBeUndefined();
    expect(await exists(project.folder)).toBe(true);
    expect((await project.run("destroy")).stdout).toContain("there was nothing to remove");
  });
});
