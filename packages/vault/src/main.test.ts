import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { get } from "node:https";
import { connect as connectPlain } from "node:net";
import {
  checkServerIdentity as checkIdentity,
  connect,
  type PeerCertificate,
  type TLSSocket,
} from "node:tls";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../test/eventually.ts";
import { makeCertificate } from "../test/make-certificate.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vault-main-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The server as a process of its own. */
class Server implements AsyncDisposable {
  readonly child: ChildProcess;
  log = "";
  /** What it said on stdout. */
  said = "";

  constructor(args: readonly string[], { stderr = "pipe" }: { stderr?: "pipe" | number } = {}) {
    this.child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...args], {
      stdio: ["ignore", "pipe", stderr],
    });
    this.child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (this.said += chunk));
    this.child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (this.log += chunk));
  }

  get urls(): string[] {
    return [...this.log.matchAll(/ listening on (\S+)/g)].map((match) => match[1] ?? "");
  }

  async exit(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, "exit");
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null) this.child.kill("SIGKILL");
    await this.exit();
  }
}

function configure(listeners: readonly object[], more: object = {}): string {
  const file = join(folder, "vault.json");
  const listener = listeners.map((tcp) => ({ tcp }));
  writeFileSync(file, JSON.stringify({ storage: { file: { path: "data" } }, listener, ...more }));
  return file;
}

const plain = { address: "127.0.0.1:0", tls_disable: true };

/** The common name of the certificate that a TLS listener shows. */
async function shownName(url: string): Promise<string | undefined> {
  const socket: TLSSocket = connect({
    port: Number(new URL(url).port),
    host: "127.0.0.1",
    rejectUnauthorized: false,
  });
  await once(socket, "secureConnect");
  const name = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return typeof name === "string" ? name : undefined;
}

describe("the process", () => {
  test("serves until it is told to stop, and leaves nothing but its data", async () => {
    await using server = new Server([
      "server",
      "--config",
      configure([plain], { pid_file: "pid" }),
    ]);
    await eventually(() => server.urls.length === 1);
    expect((await fetch(`${server.urls[0]}/v1/sys/health`)).status).toBe(501);
    await eventually(() => existsSync(join(folder, "pid")));
    expect(readFileSync(join(folder, "pid"), "utf8")).toBe(`${server.child.pid}\n`);
    server.child.kill("SIGTERM");
    expect(await server.exit()).toBe(0);
    expect(existsSync(join(folder, "pid"))).toBe(false);
    for (const name of ["vault.mdb", "vault.mdb-lock"]) {
      expect(statSync(join(folder, "data", name)).mode & 0o777).toBe(0o600);
    }
  });

  const full = "/dev/full"; // on which no byte can be written
  if (!existsSync(full)) console.warn(`a log on a full disk: skipped, there is no ${full}`);
  test.skipIf(!existsSync(full))("serves though there is no room for its log", async () => {
    const stderr = openSync(full, "w");
    await using server = new Server(["server", "-dev", "-dev-listen-address=127.0.0.1:0"], {
      stderr,
    });
    closeSync(stderr);
    await eventually(() => server.said.includes("VAULT_ADDR=") || server.child.exitCode !== null);
    const url = /VAULT_ADDR='([^']+)'/.exec(server.said)?.[1];
    expect((await fetch(`${url}/v1/sys/health`)).status).toBe(200);
    server.child.kill("SIGHUP"); // which is logged, as the stop is
    server.child.kill("SIGTERM");
    expect(await server.exit()).toBe(0);
  });

  test.each([
    [[], "usage:"],
    [["serve", "--config", "x"], "usage:"],
    [["server"], "usage:"],
    [["server", "--config"], "argument missing"],
    [["server", "-dev", "-dev-root-token-id=s.x"], "without spaces and dots"],
  ])("refuses %j", async (args, why) => {
    await using server = new Server(args);
    expect(await server.exit()).toBe(2);
    await eventually(() => server.log.includes(why));
  });

  test("refuses a configuration with a fault in it", async () => {
    await using server = new Server([
      "server",
      `-config=${configure([{ ...plain, tls_cert: "x" }])}`,
    ]);
    expect(await server.exit()).toBe(2);
    await eventually(() =>
      server.log.includes('unknown key "tls_cert", did you mean "tls_cert_file"?'),
    );
  });

  test("fails where its address is taken", async () => {
    await using first = new Server(["server", "--config", configure([plain])]);
    await eventually(() => first.urls.length === 1);
    const taken = { ...plain, address: `127.0.0.1:${new URL(first.urls[0] ?? "").port}` };
    const second = join(folder, "second.json");
    writeFileSync(
      second,
      JSON.stringify({ storage: { file: { path: "data2" } }, listener: [{ tcp: taken }] }),
    );
    await using server = new Server(["server", "--config", second]);
    expect(await server.exit()).toBe(1);
    await eventually(() => server.log.includes("EADDRINUSE"));
  });
});

/** What a line of the banner says, once it is there. */
async function shownAs(label: string, server: Server): Promise<string> {
  await eventually(() => server.said.includes(`${label}: `));
  return new RegExp(`${label}: (\\S+)\\n`).exec(server.said)?.[1] ?? "";
}

describe("dev mode", () => {
  test("is open, holds KV version 2 at secret/, and keeps nothing", async () => {
    await using server = new Server(["server", "-dev", "-dev-listen-address=127.0.0.1:0"]);
    const headers = { "X-Vault-Token": await shownAs("Root Token", server) };
    const url = server.urls[0];
    expect(server.said).toContain(`export VAULT_ADDR='${url}'`);
    const body = JSON.stringify({ data: { a: "1" } });
    const at = `${url}/v1/secret/data/app`;
    expect((await fetch(at, { method: "POST", headers, body })).status).toBe(200);
    expect(await (await fetch(at, { headers })).json()).toMatchObject({
      data: { data: { a: "1" } },
    });
    const status = async (): Promise<unknown> => (await fetch(`${url}/v1/sys/seal-status`)).json();
    expect(await status()).toMatchObject({ storage_type: "inmem", sealed: false, n: 1 });
    await fetch(`${url}/v1/sys/seal`, { method: "PUT", headers });
    expect(await status()).toMatchObject({ sealed: true });
    const key = await shownAs("Unseal Key", server);
    await fetch(`${url}/v1/sys/unseal`, { method: "PUT", body: JSON.stringify({ key }) });
    expect(await status()).toMatchObject({ sealed: false });
    expect((await fetch(at, { headers })).status).toBe(200);
    server.child.kill("SIGINT");
    expect(await server.exit()).toBe(0);
  });

  test("takes a token of one's own choice, and another listener from a configuration", async () => {
    const file = join(folder, "more.hcl");
    writeFileSync(file, 'listener "tcp" { address = "127.0.0.1:0" tls_disable = true }');
    await using server = new Server([
      "server",
      "--dev",
      "--dev-root-token-id",
      "mine",
      "--dev-listen-address=127.0.0.1:0",
      "--dev-no-kv",
      "--config",
      file,
    ]);
    expect(await shownAs("Root Token", server)).toBe("mine");
    expect(server.urls).toHaveLength(2);
    const mounts = await fetch(`${server.urls[1]}/v1/sys/mounts`, {
      headers: { "X-Vault-Token": "mine" },
    });
    const { data } = (await mounts.json()) as { data: object };
    expect(Object.keys(data)).toEqual(["cubbyhole/", "sys/"]);
  });
});

/** What the files of -dev-tls are called, and that nobody else can read them. */
function tlsFilesIn(place: string): string[] {
  const names = readdirSync(place).filter((name) => name.endsWith(".pem"));
  for (const name of names) expect(statSync(join(place, name)).mode & 0o777).toBe(0o600);
  return names.toSorted();
}

describe("dev mode with TLS", () => {
  const files = ["vault-ca.pem", "vault-cert.pem", "vault-key.pem"];

  test("shows a certificate that its authority's file verifies, and takes its files along when it ends", async () => {
    await using server = new Server(["server", "-dev-tls", "-dev-listen-address=127.0.0.1:0"]);
    await shownAs("Root Token", server);
    const [, url = "", caFile = ""] =
      /VAULT_ADDR='(https:.+)'\n.+VAULT_CACERT='(.+)'\n/.exec(server.said) ?? [];
    expect(tlsFilesIn(dirname(caFile))).toEqual(files);
    expect(statSync(dirname(caFile)).mode & 0o777).toBe(0o700);
    const ca = readFileSync(caFile);
    for (const name of ["127.0.0.1", "localhost", hostname()])
      expect(await statusOver(url, { ca, servername: name })).toBe(200);
    await expect(statusOver(url, { ca, servername: "elsewhere" })).rejects.toThrow("altnames");
    await expect(statusOver(url, { servername: "localhost" })).rejects.toThrow("certificate");
    // Read again by a SIGHUP, and still the same.
    server.child.kill("SIGHUP");
    await eventually(() => server.log.includes("configuration read again"));
    expect(await statusOver(url, { ca, servername: "localhost" })).toBe(200);
    server.child.kill("SIGTERM");
    expect(await server.exit()).toBe(0);
    expect(existsSync(dirname(caFile))).toBe(false);
  });

  test("puts its files where it is told to, and leaves what else is there", async () => {
    writeFileSync(join(folder, "mine"), "");
    const flags = ["-dev-tls", `-dev-tls-cert-dir=${folder}`, "-dev-listen-address=127.0.0.1:0"];
    await using server = new Server(["server", ...flags]);
    await shownAs("Root Token", server);
    expect(server.said).toContain(`VAULT_CACERT='${join(folder, "vault-ca.pem")}'`);
    expect(tlsFilesIn(folder)).toEqual(files);
    server.child.kill("SIGTERM");
    expect(await server.exit()).toBe(0);
    expect(readdirSync(folder)).toEqual(["mine"]);
  });

  test("leaves no files where it can't start", async () => {
    await using first = new Server(["server", "-dev", "-dev-listen-address=127.0.0.1:0"]);
    await shownAs("Root Token", first);
    const address = new URL(first.urls[0] ?? "").host;
    const flags = ["-dev-tls", `-dev-tls-cert-dir=${folder}`, `-dev-listen-address=${address}`];
    await using server = new Server(["server", ...flags]);
    expect(await server.exit()).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
    await using none = new Server(["server", "-dev-tls", `-dev-tls-cert-dir=${folder}/none`]);
    expect(await none.exit()).toBe(2);
    await eventually(() => none.log.includes(`there is no ${folder}/none`));
  });
});

/** Of sys/health, under verified TLS. */
async function statusOver(
  url: string,
  options: { readonly ca?: Buffer; readonly servername: string },
): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const { ca = [], servername } = options;
  const checkServerIdentity = (_: string, certificate: PeerCertificate): Error | undefined =>
    checkIdentity(servername, certificate);
  get(`${url}/v1/sys/health`, { ca, checkServerIdentity, agent: false }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  }).on("error", reject);
  return promise;
}

describe("SIGHUP", () => {
  test("is heeded from the moment at which the server can be seen to listen", async () => {
    // It opens the first listener, says so, and is then busy with the others for a while.
    const [certificate, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    await makeCertificate(certificate, key, "one");
    const tls = { address: "127.0.0.1:0", tls_cert_file: certificate, tls_key_file: key };
    const file = configure([plain, ...Array.from({ length: 8 }, () => tls)]);
    await using server = new Server(["server", "--config", file]);
    let sent = false;
    server.child.stderr?.on("data", () => {
      if (!sent && server.urls.length > 0) sent = server.child.kill("SIGHUP");
    });
    await eventually(() => server.log.includes("configuration read again"));
  });

  test("puts another log level in use", async () => {
    await using server = new Server(["server", "--config", configure([plain])]);
    await eventually(() => server.urls.length === 1);
    const certless = { address: "127.0.0.1:0", tls_cert_file: "none", tls_key_file: "none" };
    configure([plain, certless], { log_level: "error" });
    server.child.kill("SIGHUP");
    await eventually(() => server.log.includes("[ERROR] could not listen"));
    writeFileSync(join(folder, "vault.json"), "{");
    server.child.kill("SIGHUP");
    await eventually(() => server.log.includes("[ERROR] configuration kept as it was"));
    expect(server.log).not.toContain("configuration read again");
  });

  test("opens what was added, takes new certificates in use, keeps the old when they are bad, closes what is gone", async () => {
    const certificate = join(folder, "cert.pem");
    const key = join(folder, "key.pem");
    await using server = new Server(["server", "--config", configure([plain])]);
    await eventually(() => server.urls.length === 1);
    const tls = { address: "127.0.0.1:0", tls_cert_file: certificate, tls_key_file: key };

    await makeCertificate(certificate, key, "one");
    configure([plain, tls]);
    server.child.kill("SIGHUP");
    await eventually(() => server.urls.length === 2);
    const secure = server.urls[1] ?? "";
    expect(secure).toContain("https://");
    expect(await shownName(secure)).toBe("one");

    await makeCertificate(certificate, key, "two");
    server.child.kill("SIGHUP");
    await eventually(async () => (await shownName(secure)) === "two");

    writeFileSync(certificate, "no certificate");
    server.child.kill("SIGHUP");
    await eventually(() =>
      server.log.includes(`could not take the certificate of ${secure} in use`),
    );
    expect(await shownName(secure)).toBe("two");

    // A client that never shakes hands holds nothing up.
    const silent = connectPlain(Number(new URL(secure).port), "127.0.0.1");
    await once(silent, "connect");

    writeFileSync(join(folder, "vault.json"), "{");
    server.child.kill("SIGHUP");
    await eventually(() => server.log.includes("configuration kept as it was"));
    expect((await fetch(`${server.urls[0]}/v1/sys/health`)).status).toBe(501);

    configure([plain]);
    server.child.kill("SIGHUP");
    await eventually(() => server.log.includes(`closing ${secure}`));
    await expect(shownName(secure)).rejects.toThrow();
    if (!silent.closed) await once(silent, "close");
    expect((await fetch(`${server.urls[0]}/v1/sys/health`)).status).toBe(501);
  });
});
