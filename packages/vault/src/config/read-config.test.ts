import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
  return readConfig([file]);
}

/** What is wrong with a document, one a line; fails where nothing is. */
function faultsOf(document: unknown): string[] {
  try {
    read(document);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const lines = (error as ConfigError).message.split("\n");
    return lines.map((line) => line.replace(/^.*vault\.json: /, ""));
  }
  return [];
}

const storage = { file: { path: "data" } };

test("one listener or several, with paths relative to the file", () => {
  const one = read({ storage, listener: { tcp: { address: "[::1]:0", tls_disable: "true" } } });
  expect(one.storagePath).toBe(join(folder, "data"));
  expect(one.listeners).toEqual([{ host: "::1", port: 0, tls: undefined }]);
  expect([one.maxLeaseTtl, one.logLevel]).toEqual([768 * 3600, "info"]);
  const two = read({
    storage,
    max_lease_ttl: "1h",
    listener: [
      { tcp: { tls_disable: true } },
      { tcp: { address: "127.0.0.1:8201", tls_cert_file: "c.pem", tls_key_file: "/k.pem" } },
    ],
  });
  const tls = { certFile: join(folder, "c.pem"), keyFile: "/k.pem" };
  expect(two.listeners).toEqual([
    { host: "127.0.0.1", port: 8200, tls: undefined },
    {
      host: "127.0.0.1",
      port: 8201,
      tls: { ...tls, minVersion: "TLSv1.2", maxVersion: "TLSv1.3" },
    },
  ]);
  expect(two.maxLeaseTtl).toBe(3600);
});

test("HCL, with several stanzas of a kind", () => {
  const found = read(`
    ui            = false
    disable_mlock = true   # what Vault needs is taken
    log_level     = "Warn"
    storage "file" { path = "/data" }
    listener "tcp" {
      address     = "127.0.0.1:8200"
      tls_disable = 1
    }
    listener "tcp" {
      address         = "127.0.0.1:8201"
      tls_cert_file   = "c.pem"
      tls_key_file    = "k.pem"
      tls_min_version = "tls13"
    }`);
  expect(found).toMatchObject({
    storagePath: "/data",
    logLevel: "warn",
    listeners: [
      { port: 8200, tls: undefined },
      { port: 8201, tls: { certFile: join(folder, "c.pem"), minVersion: "TLSv1.3" } },
    ],
  });
});

test("several files, and those of a folder, add their listeners; of other settings the last counts", () => {
  mkdirSync(join(folder, "d"));
  const listener = (port: number): string =>
    `listener "tcp" { address = "127.0.0.1:${port}" tls_disable = true }`;
  writeFileSync(join(folder, "d", "b.hcl"), `${listener(2)}\nlog_level = "warn"`);
  writeFileSync(join(folder, "d", "a.json"), JSON.stringify({ storage: { inmem: {} } }));
  writeFileSync(join(folder, "d", "c.txt"), "not one of them");
  writeFileSync(join(folder, "c.hcl"), `${listener(3)}\nlog_level = "error"`);
  const last = join(folder, "c.hcl");
  const found = readConfig([join(folder, "d"), last]);
  expect(found.listeners.map(({ port }) => port)).toEqual([2, 3]);
  expect([found.storagePath, found.logLevel]).toEqual([undefined, "error"]);
  expect(readConfig([last], { inMemory: true, logLevel: "info" }).logLevel).toBe("info");
  expect(() => readConfig([join(folder, "d", "a.json")], { inMemory: true })).toThrow(
    "in dev mode everything is in memory",
  );
});

test("every fault is told at once, with the key that was meant", () => {
  const faulty = {
    storge: storage,
    storage: { file: { pth: "x" } },
    listener: [{ tcp: { address: "nowhere" } }],
    default_lease_ttl: "soon",
  };
  expect(faultsOf(faulty)).toEqual([
    'the configuration: unknown key "storge", did you mean "storage"?',
    'storage.file: unknown key "pth", did you mean "path"?',
    "storage.file.path: a path is needed here",
    'listener.tcp.address: expected HOST:PORT, found "nowhere"',
    "listener.tcp.tls_cert_file: a path is needed here",
    "listener.tcp.tls_key_file: a path is needed here",
    'default_lease_ttl: expected a duration like "768h"',
  ]);
});

const plain = 'listener "tcp" { tls_disable = true }';

test.each([
  [
    'seal "awskms" {}',
    `the configuration: this server does not serve Vault's "seal"; leave it out`,
  ],
  ['storage "raft" {}', `storage: this server does not serve Vault's "raft"; leave it out`],
  ['storage "fil" {}', 'storage: unknown key "fil", did you mean "file"?'],
  ["telemetri {}", 'the configuration: unknown key "telemetri", did you mean "telemetry"?'],
  ["constructor = 1", /^the configuration: unknown key "constructor"/],
  ["ui = true", 'the configuration: this server has no "ui"; leave it out, or false'],
  ["log_level = 3", "log_level: expected text"],
  [
    'log_level = "loud"',
    'log_level: expected one of trace, debug, info, warn, error, found "loud"',
  ],
  ['storage "inmem" {}\nstorage "file" { path = "x" }', "storage: there can be only one"],
  [
    'listener "tcp" { tls_disable = "perhaps" }',
    'listener.tcp.tls_disable: expected true or false, found "perhaps"',
  ],
  [
    'listener "tcp" { tls_min_version = "tls13" tls_max_version = "tls12" }',
    "listener.tcp.tls_max_version: it is below tls_min_version",
  ],
  ['listener "tcp" { tls_min_version = "tls10" }', /tls_min_version: expected "tls12" or "tls13"/],
  ['listener = "tcp"', 'listener: expected a stanza with "tcp"'],
  [
    `${plain}\nlistener "unix" {}`,
    `listener[1]: this server does not serve Vault's "unix"; leave it out`,
  ],
  ['storage "inmem" {', /^At 1:\d+: object is not closed/],
  [plain, /^.*storage: a stanza is needed, such as storage "file"/],
  ['storage "inmem" {}', /^.*listener: a stanza is needed, such as listener "tcp"/],
])("%s is refused", (text, fault) => {
  const matching = typeof fault === "string" ? fault : expect.stringMatching(fault);
  expect(faultsOf(text)).toContainEqual(matching);
});

test.each(["{", "3", "null", "[1]", "a = null"])("%s is no configuration", (text) => {
  expect(() => read(text)).toThrow(ConfigError);
});

test("a file that is not there is a fault of the configuration", () => {
  expect(() => readConfig([join(folder, "none.json")])).toThrow(ConfigError);
  expect(() => readConfig([folder])).toThrow("no file in it that ends in .hcl or .json");
});
