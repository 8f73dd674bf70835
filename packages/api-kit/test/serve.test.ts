import { type ChildProcess, spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { text as wholeText } from "node:stream/consumers";
import tls from "node:tls";
import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { freePort } from "../src/fixtures/free-port.ts";
import { serve, type Serving } from "../src/http/serve.ts";
import { type Application, startApplication } from "./application.ts";
import { eventually } from "./eventually.ts";
import { askVault } from "./vault-administrator.ts";

const program = path.join(import.meta.dirname, "programs", "serving.ts");
const unused = "1";

let folder: string;
let port: number;
let child: ChildProcess | undefined;
let lines: string;
let ended: Promise<number | null>;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "serve-"));
  port = await freePort();
  lines = "";
  child = undefined;
});
afterEach(async () => {
  if (child?.exitCode === null) child.kill("SIGKILL");
  if (child) await ended;
  await rm(folder, { recursive: true });
});

function start(env: Readonly<Record<string, string>> = {}): void {
  const started = spawn(process.execPath, [program], {
    env: {
      PATH: process.env["PATH"],
      HTTP_PORT: String(port),
      VAULT_TOKEN: "none",
      VAULT_ADDR: `http://127.0.0.1:${unused}`,
      REDIS_NODES: `127.0.0.1:${unused}`,
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.stdout.on("data", (chunk: Buffer) => (lines += chunk.toString()));
  ended = new Promise((resolve) => started.once("exit", (code) => resolve(code)));
  child = started;
}

const ask = async (url: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${url}`, { headers });
const serving = async (): Promise<void> =>
  eventually(async () => expect((await ask("/health/")).status).toBe(200));
const logged = (): Record<string, unknown>[] =>
  lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it("serves with every dependency down", async () => {
  start();
  await serving();
  expect((await ask("/nowhere")).status).toBe(404);
});

it("finishes what is in flight when it is told to stop, accepts no more, and exits 0", async () => {
  start();
  await serving();
  const slow = ask("/slow/1500");
  await eventually(async () => expect(await connectionsTo(port)).toBeGreaterThan(0));
  await ask("/health/"); // the slow one came before
  child?.kill("SIGTERM");
  await eventually(async () => expect(ask("/health/")).rejects.toThrow());
  expect(await (await slow).json()).toEqual({ waited: "1500" });
  expect(await ended).toBe(0);
});

it("does not wait for connections that nobody uses", async () => {
  start();
  await serving();
  const idle = net.connect(port, "127.0.0.1");
  await new Promise((resolve) => idle.once("connect", resolve));
  const closed = new Promise((resolve) => idle.once("close", resolve));
  child?.kill("SIGINT");
  await closed;
  expect(await ended).toBe(0);
});

it("has written every line of its log when it ends", async () => {
  start();
  await serving();
  for (let n = 0; n < 50; n++) await ask("/health/", { "x-request-id": `mine-${n}` });
  child?.kill("SIGTERM");
  await ended;
  const requests = logged().filter(({ request_id }) => String(request_id).startsWith("mine-"));
  expect(requests).toHaveLength(50);
  expect(requests[0]).toMatchObject({
    level: "info",
    method: "GET",
    path: "/health/",
    status: 200,
    duration_ms: expect.any(Number),
    time: expect.stringMatching(/^\d{4}-.*Z$/),
  });
});

it("writes neither queries nor tokens into its log", async () => {
  start({ VAULT_TOKEN: "a-token-of-mine" });
  await serving();
  await ask("/nowhere?password=hunter2", { authorization: "Bearer hunter2" });
  child?.kill("SIGTERM");
  await ended;
  expect(lines).toContain("/nowhere");
  expect(lines).not.toMatch(/hunter2|a-token-of-mine/);
});

it("refuses wrong settings with every fault, and without a value", async () => {
  let text = "";
  const started = spawn(process.execPath, [program], {
    env: { HTTP_PORT: "hunter2", BACKEND_TLS: "maybe" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  started.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  ended = new Promise((resolve) => started.once("close", (code) => resolve(code)));
  child = started;
  expect(await ended).not.toBe(0);
  for (const name of ["HTTP_PORT", "BACKEND_TLS", "VAULT_APPROLE_DIR"])
    expect(text).toContain(name);
  expect(text).not.toContain("hunter2");
});

describe("HTTPS, in this process", () => {
  let httpsPort: number;
  let api: Application;
  let server: Serving;
  const serveTls = async (): Promise<void> => {
    httpsPort = await freePort();
    const tlsSettings = { ENABLE_TLS: "true", HTTPS_PORT: String(httpsPort), CERT_DIR: folder };
    api = await startApplication({ env: { HTTP_PORT: String(port), ...tlsSettings } });
    server = await serve(api.app, api.context);
  };
  afterEach(async () => {
    vi.useRealTimers();
    await server.stop();
    await api[Symbol.asyncDispose]();
  });

  it("is served beside HTTP, and takes a renewed certificate in use with no restart", async () => {
    const first = await issue();
    await serveTls();
    expect(await served(httpsPort)).toBe(first);
    await writeFile(path.join(folder, "key.pem"), "half of it"); // must not break what is served
    const second = await issue();
    expect(second).not.toBe(first);
    await eventually(async () => expect(await served(httpsPort)).toBe(second));
    expect((await ask("/health/")).status).toBe(200);
  });

  it("ends connections that never said a word, too, when it is told to stop", async () => {
    await issue();
    await serveTls();
    const socket = await connectTls(httpsPort);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }); // so that nobody is cut off for being late
    await Promise.all([server.stop(), closed]);
    vi.useRealTimers();
    await expect(served(httpsPort)).rejects.toThrow("ECONNREFUSED");
  });
});

it("answers over HTTPS as over HTTP what is no request", async () => {
  const httpsPort = await freePort();
  await issue();
  start({ ENABLE_TLS: "true", HTTPS_PORT: String(httpsPort), CERT_DIR: folder });
  await serving();
  await eventually(async () => served(httpsPort));
  for (const [request, status] of [
    ["nonsense", 400],
    ["GET /health/ HTTP/1.1\r\nx-a: b", 400],
    ["CONNECT localhost:22 HTTP/1.1\r\nhost: a", 400],
  ] as const) {
    const ca = await readFile(inject("stack").caFile);
    const socket = tls.connect({ host: "127.0.0.1", port: httpsPort, ca });
    socket.end(`${request}\r\n\r\n`);
    const [, body = ""] = (await wholeText(socket)).split("\r\n\r\n");
    expect(JSON.parse(body)).toMatchObject({ error: "BadRequestError", status_code: status });
  }
});

/** A certificate of the stack's CA in the folder. Gives its serial number. */
async function issue(): Promise<string> {
  const { data } = await askVault("POST", "pki_int/issue/postgres-role", {
    common_name: "localhost",
    ip_sans: "127.0.0.1",
  });
  const chain = [data.certificate, ...(data.ca_chain ?? [])].join("\n");
  for (const [name, text] of [
    ["certificate.pem", chain],
    ["key.pem", data.private_key],
  ]) {
    await writeFile(path.join(folder, `${name}.new`), text, { mode: 0o600 });
    await rename(path.join(folder, `${name}.new`), path.join(folder, name));
  }
  return new X509Certificate(data.certificate).serialNumber;
}

/** The serial number of what a new connection is shown. */
async function served(httpsPort: number): Promise<string> {
  const socket = await connectTls(httpsPort);
  const serialNumber = socket.getPeerX509Certificate()?.serialNumber ?? "";
  socket.destroy();
  return serialNumber;
}

/** Verified against the stack's root. */
async function connectTls(httpsPort: number): Promise<tls.TLSSocket> {
  const ca = await readFile(inject("stack").caFile);
  const socket = tls.connect({ host: "127.0.0.1", port: httpsPort, ca });
  await new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
  });
  return socket;
}

async function connectionsTo(listening: number): Promise<number> {
  const hex = listening.toString(16).toUpperCase().padStart(4, "0");
  const table = await readFile("/proc/net/tcp", "utf8");
  return table.split("\n").filter((line) => line.includes(`:${hex} `) && / 01 /.test(line)).length;
}
