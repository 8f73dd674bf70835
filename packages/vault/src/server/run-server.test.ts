import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { eventually } from "../../test/eventually.ts";
import { makeCertificate } from "../../test/make-certificate.ts";

/** The same as main.test.ts sees of a process of its own, here seen from within: what it writes, hears and leaves. */
let folder: string;
let written: string;
let exits: number[];
const umask = process.umask();
const { argv } = process;
const exitListeners = process.listenerCount("exit");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vault-within-"));
  written = "";
  exits = [];
  const take = (text: string | Uint8Array): boolean => {
    written += String(text);
    return true;
  };
  vi.spyOn(process.stderr, "write").mockImplementation(take);
  vi.spyOn(process.stdout, "write").mockImplementation(take);
  vi.spyOn(process, "exit").mockImplementation((code) => {
    exits.push(Number(code));
    return undefined as never;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.umask(umask);
  process.argv = argv;
  process.exitCode = undefined;
  for (const signal of ["SIGHUP", "SIGTERM", "SIGINT"]) process.removeAllListeners(signal);
  for (const listener of process.listeners("exit").slice(exitListeners))
    process.off("exit", listener);
  rmSync(folder, { recursive: true, force: true });
});

/** Runs main.ts as if it were the process's. */
async function main(...args: string[]): Promise<void> {
  vi.resetModules();
  process.argv = ["node", "main.ts", ...args];
  await import("../main.ts");
}

function configure(...listeners: object[]): string {
  const file = join(folder, "vault.json");
  writeFileSync(
    file,
    JSON.stringify({
      storage: { file: { path: "data" } },
      listener: listeners.map((tcp) => ({ tcp })),
      pid_file: "pid",
    }),
  );
  return file;
}

const plain = { address: "127.0.0.1:0", tls_disable: true };

test("a server follows its configuration with each SIGHUP, and ends with SIGTERM", async () => {
  const [certificate, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await makeCertificate(certificate, key, "one");
  await main("server", `-config=${configure(plain)}`);
  expect(process.umask()).toBe(0o077);
  expect(written).toContain("listening on http://127.0.0.1:");
  expect(existsSync(join(folder, "pid"))).toBe(true);
  const hear = async (text: string): Promise<void> => {
    process.emit("SIGHUP");
    await eventually(() => written.includes(text));
  };
  configure(plain, { address: "127.0.0.1:0", tls_cert_file: certificate, tls_key_file: key });
  await hear("listening on https://127.0.0.1:");
  writeFileSync(certificate, "none");
  await hear("could not take the certificate of https://127.0.0.1:");
  writeFileSync(join(folder, "vault.json"), "{");
  await hear("configuration kept as it was");
  configure(plain);
  await hear("closing https://127.0.0.1:");
  process.emit("SIGTERM");
  await eventually(() => exits.length > 0);
  expect(exits).toEqual([0]);
  expect(existsSync(join(folder, "pid"))).toBe(false);
});

test("a server for development says where it is and what opens it", async () => {
  await main("server", "-dev", "-dev-listen-address=127.0.0.1:0", "-dev-root-token-id=mine");
  const url = /VAULT_ADDR='([^']+)'/.exec(written)?.[1] ?? "";
  const reply = await fetch(`${url}/v1/sys/mounts/secret`, {
    headers: { "X-Vault-Token": "mine" },
  });
  expect(((await reply.json()) as { data: object }).data).toMatchObject({
    type: "kv",
    options: { version: "2" },
  });
  process.emit("SIGINT");
  await eventually(() => exits.length > 0);
});

test("one with TLS says too what its certificate is verified against", async () => {
  const flags = ["-dev-tls", `-dev-tls-cert-dir=${folder}`, "-dev-listen-address=127.0.0.1:0"];
  await main("server", ...flags);
  expect(written).toMatch(/VAULT_ADDR='https:/);
  const [, file = ""] = /VAULT_CACERT='([^']+)'/.exec(written) ?? [];
  const authority = new X509Certificate(readFileSync(file));
  const leaf = new X509Certificate(readFileSync(join(folder, "vault-cert.pem")));
  expect([authority.ca, leaf.ca, leaf.verify(authority.publicKey)]).toEqual([true, false, true]);
  expect(leaf.subjectAltName).toContain("IP Address:127.0.0.1");
  process.emit("SIGTERM");
  await eventually(() => exits.length > 0);
});

test.each([
  [[], 2, "usage:"],
  [["serve"], 2, "usage:"],
  [["server"], 2, "error: "],
  [["server", "-config=/does/not/exist"], 2, "error: "],
  [["server", "-dev", "-dev-root-token-id=a.b"], 2, "printable letters"],
])("%j ends with %d", async (args, code, text) => {
  await main(...args);
  expect([process.exitCode, written]).toEqual([code, expect.stringContaining(text)]);
});

test("an address that is taken is named, with what to do", async () => {
  await main("server", "-dev", "-dev-listen-address=127.0.0.1:0");
  const address = /http:\/\/([\d.:]+)/.exec(written)?.[1] ?? "";
  await main("server", "-dev", `-dev-listen-address=${address}`);
  expect(process.exitCode).toBe(1);
  expect(written).toContain("hint: stop what listens there");
  process.emit("SIGTERM");
  await eventually(() => exits.length > 0);
});
