import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigError } from "./config-error.ts";
import { readConfig } from "./read-config.ts";
import type { ServerConfig } from "./server-config.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function read(document: unknown): ServerConfig {
  const file = join(folder, "vault.json");
  writeFileSync(file, typeof document === "string" ? document : JSON.stringify(document));
  return readConfig(file);
}

const storage = { file: { path: "data" } };

test("one listener or several, with paths relative to the file", () => {
  const one = read({ storage, listener: { tcp: { address: "[::1]:0", tls_disable: "true" } } });
  expect(one.storagePath).toBe(join(folder, "data"));
  expect(one.listeners).toEqual([{ host: "::1", port: 0, tls: undefined }]);
  expect(one.maxLeaseTtl).toBe(768 * 3600);
  const two = read({
    storage,
    max_lease_ttl: "1h",
    listener: [
      { tcp: { tls_disable: true } },
      { tcp: { address: "127.0.0.1:8201", tls_cert_file: "c.pem", tls_key_file: "/k.pem" } },
    ],
  });
  expect(two.listeners).toEqual([
    { host: "127.0.0.1", port: 8200, tls: undefined },
    {
      host: "127.0.0.1",
      port: 8201,
      tls: { certFile: join(folder, "c.pem"), keyFile: "/k.pem", minVersion: "TLSv1.2" },
    },
  ]);
  expect(two.maxLeaseTtl).toBe(3600);
});

test("every fault is told at once, with the key that was meant", () => {
  const faulty = {
    storge: storage,
    storage: { file: { pth: "x" } },
    listener: [{ tcp: { address: "nowhere" } }],
    default_lease_ttl: "soon",
  };
  let message = "";
  try {
    read(faulty);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    message = (error as ConfigError).message;
  }
  expect(message.split("\n").map((line) => line.replace(/^.*vault\.json: /, ""))).toEqual([
    'the configuration: unknown key "storge", did you mean "storage"?',
    'storage.file: unknown key "pth", did you mean "path"?',
    "storage.file.path: a path is needed here",
    'listener[0].tcp.address: expected HOST:PORT, found "nowhere"',
    "listener[0].tcp.tls_cert_file: a path is needed here",
    "listener[0].tcp.tls_key_file: a path is needed here",
    'default_lease_ttl: expected a duration like "768h"',
  ]);
});

test.each(["{", "3", "null"])("%s is no configuration", (text) => {
  expect(() => read(text)).toThrow(ConfigError);
});

test("a file that is not there is a fault of the configuration", () => {
  expect(() => readConfig(join(folder, "none.json"))).toThrow(ConfigError);
});
