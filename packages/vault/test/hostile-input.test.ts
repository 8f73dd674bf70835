import { generateKeyPairSync } from "node:crypto";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatDuration, goDuration, parseDuration } from "../src/core/duration.ts";
import { Fault } from "../src/core/fault.ts";
import { noNames } from "../src/engines/pki/alternative-names.ts";
import { toPem } from "../src/engines/pki/certificate.ts";
import { buildRequest, parseRequest } from "../src/engines/pki/certificate-request.ts";
import { parsePolicy, PolicyError } from "../src/policy/policy.ts";
import { addressBlocks, withinCidrs } from "../src/tokens/cidr.ts";
import { eventually } from "./eventually.ts";
import { rawRequest } from "./raw-request.ts";
import { seedFrom, SeededRandom } from "./seeded-random.ts";
import { TestVault } from "./test-vault.ts";

const seed = seedFrom("VAULT_SEED");
const rounds = Number(process.env["VAULT_ROUNDS"] ?? 400);
let vault: TestVault;
/** May do anything to kv/mine/, and nothing else. */
let token = "";

beforeAll(async () => {
  console.log(`VAULT_SEED=${seed}`);
  vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/kv", { body: { type: "kv" } });
  await vault.must("POST", "sys/mounts/pki", { body: { type: "pki" } });
  await vault.must("POST", "pki/root/generate/internal", {
    body: { common_name: "R", key_type: "ec" },
  });
  await vault.must("POST", "sys/auth/approle", { body: { type: "approle" } });
  await vault.must("POST", "kv/secret", { body: { value: "the-secret-value" } });
  await vault.policy(
    "mine",
    'path "kv/mine/*" { capabilities = ["create", "read", "update", "delete", "list"] }',
  );
  token = await vault.token({ policies: ["mine"] });
});
afterAll(async () => {
  await vault[Symbol.asyncDispose]();
});

/** Everything that lies in the vault but tokens, which come and go by themselves. */
function stored(): string {
  const keys = [...vault.server.core.options.store.keys()];
  return keys
    .filter((key) => !key.startsWith("sys/token/") && !key.startsWith("sys/expire/"))
    .join("\n");
}

const pieces = [
  "kv",
  "secret",
  "mine",
  "sys",
  "auth",
  "token",
  "cubbyhole",
  "mounts",
  "raw",
  "..",
  ".",
  "",
  "%2e%2e",
  "%2E.",
  ".%2e",
  "%2f",
  "%5c",
  "\\",
  "%00",
  "%0d%0a",
  "%c0%ae",
  "%ff",
  "%zz",
  "%",
  "é",
  "%E2%80%AE",
  "%25",
  "%252e%252e",
  "+",
  "*",
  "a".repeat(3000),
  "__proto__",
  "constructor",
  "~",
  ";",
  ":",
  "?list=true",
  "#",
];

function hostilePath(random: SeededRandom): string {
  const parts = Array.from({ length: random.integer(1, 8) }, () => random.pick(pieces));
  return `/v1/${parts.join(random.pick(["/", "/", "/", "//", "%2F", ""]))}`.replaceAll(
    /[^\x21-\x7e]/g,
    encodeURIComponent,
  );
}

describe("paths", () => {
  test("without a token have no effect and tell nothing, whatever they are", async () => {
    const random = new SeededRandom(seed);
    const before = stored();
    for (let round = 0; round < rounds; round += 1) {
      const path = hostilePath(random);
      const method = random.pick([
        "GET",
        "POST",
        "PUT",
        "DELETE",
        "LIST",
        "PATCH",
        "HEAD",
        "OPTIONS",
      ]);
      const answer = await rawRequest(vault.url, method, path, {
        ...(random.next() < 0.3
          ? { token: random.pick(["junk", "hvs.", "hvb.AAAA", "..", "x".repeat(5000)]) }
          : {}),
        ...(method === "POST" || method === "PUT" ? { body: '{"value":"x"}' } : {}),
      });
      expect(answer.status, `${method} ${path}`).toBeGreaterThanOrEqual(300);
      expect(answer.status, `${method} ${path}`).toBeLessThan(500);
      expect(answer.text).not.toContain("the-secret-value");
    }
    expect(stored()).toBe(before);
  });

  test("lead out of nothing that a policy allows", async () => {
    const random = new SeededRandom(seed + 1);
    const others = (): string =>
      stored()
        .split("\n")
        .filter((key) => !key.includes("/mine/"))
        .join("\n");
    const before = others();
    for (let round = 0; round < rounds; round += 1) {
      const path = `/v1/kv/mine/${hostilePath(random).slice("/v1/".length)}`;
      const method = random.pick(["GET", "POST", "DELETE", "LIST"]);
      const answer = await rawRequest(vault.url, method, path, {
        token,
        ...(method === "POST" ? { body: '{"value":"x"}' } : {}),
      });
      expect(answer.status, `${method} ${path}`).toBeLessThan(500);
      expect(answer.text).not.toContain("the-secret-value");
    }
    expect(others()).toBe(before);
    expect((await vault.must("GET", "kv/secret")).body.data.value).toBe("the-secret-value");
  });
});

function junkJson(random: SeededRandom, depth = 0): unknown {
  const kind = random.integer(0, depth > 4 ? 5 : 8);
  if (kind === 0) return null;
  if (kind === 1) return random.next() < 0.5;
  if (kind === 2) return random.integer(-5, 5);
  if (kind === 3) return random.pick([1e308, -0.5, 1e21, 2 ** 31, -1]);
  if (kind < 6) return random.text(random.integer(0, 12), 'ab"\\\n\u0000é😀/*+{}[]=,.-0');
  if (kind === 6)
    return Array.from({ length: random.integer(0, 4) }, () => junkJson(random, depth + 1));
  const names = [
    "policies",
    "ttl",
    "data",
    "options",
    "type",
    "config",
    "token",
    "path",
    "__proto__",
    "constructor",
    "common_name",
    "role_id",
    "secret_id",
    "metadata",
    "period",
    "num_uses",
    "allowed_domains",
    "capabilities",
    "versions",
  ];
  return Object.fromEntries(
    Array.from({ length: random.integer(0, 5) }, () => [
      random.pick(names),
      junkJson(random, depth + 1),
    ]),
  );
}

const targets = [
  "sys/mounts/x",
  "sys/auth/x",
  "sys/policies/acl/x",
  "sys/capabilities-self",
  "sys/remount",
  "sys/audit/x",
  "sys/leases/lookup",
  "sys/leases/revoke",
  "auth/token/create",
  "auth/token/create-orphan",
  "auth/token/lookup",
  "auth/token/renew",
  "auth/token/roles/x",
  "auth/token/create/x",
  "auth/token/revoke-accessor",
  "auth/approle/role/x",
  "auth/approle/role/x/secret-id",
  "auth/approle/login",
  "auth/approle/role/x/token-ttl",
  "auth/approle/role/x/custom-secret-id",
  "kv/a",
  "cubbyhole/a",
  "pki/roles/x",
  "pki/issue/x",
  "pki/sign/x",
  "pki/root/generate/internal",
  "pki/revoke",
  "pki/config/urls",
  "pki/config/crl",
  "pki/root/sign-intermediate",
  "sys/mounts/kv/tune",
];

/** Texts of Vault's own that come with a 500, since there the fault counts as the server's. */
const known500 =
  /role_id already|constraint should be|CIDR|does not exist|no token found|missing data fields|missing path|could not fetch the CA|find PKI|no default|failed to store secret_id|accessor entry|could not be found, not renewing/;

describe("bodies", () => {
  test("of any JSON are answered, and never by what was not foreseen", async () => {
    const random = new SeededRandom(seed + 2);
    for (let round = 0; round < rounds * 2; round += 1) {
      const path = random.pick(targets);
      const body = JSON.stringify(junkJson(random));
      const answer = await rawRequest(vault.url, "POST", `/v1/${path}`, {
        token: vault.rootToken,
        body,
      });
      if (answer.status >= 500) expect(answer.text, `${path} ${body}`).toMatch(known500);
    }
    expect(vault.log.filter((line) => line.startsWith("internal error"))).toEqual([]);
    expect(({} as Record<string, unknown>)["policies"]).toBe(undefined);
  });

  test("of any bytes and framings are refused or taken, and the next client is served", async () => {
    const random = new SeededRandom(seed + 3);
    for (let round = 0; round < 60; round += 1) {
      const bytes = Buffer.from(
        Array.from({ length: random.integer(0, 400) }, () => random.integer(0, 255)),
      );
      const head = random.pick([
        "",
        "POST /v1/kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n",
        "POST /v1/kv/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /v1/sys/health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\r\n\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\n",
      ]);
      const socket = connect(Number(new URL(vault.url).port), "127.0.0.1");
      socket.on("error", () => undefined);
      socket.end(Buffer.concat([Buffer.from(head), bytes]));
      socket.resume();
      await once(socket, "close");
    }
    expect((await vault.request("GET", "sys/health")).status).toBe(200);
  });

  test("nested too deeply are refused", async () => {
    for (const body of [
      `{"a":${"[".repeat(200_000)}`,
      `{"a":${"[".repeat(501)}${"]".repeat(501)}}`,
      '{"a":'.repeat(100_000),
    ]) {
      const answer = await rawRequest(vault.url, "POST", "/v1/kv/deep", {
        token: vault.rootToken,
        body,
      });
      expect([answer.status, answer.text.trim()]).toEqual([
        400,
        '{"errors":["failed to decode JSON input: exceeded max depth"]}',
      ]);
    }
    const brackets = JSON.stringify({ a: "[".repeat(10_000), b: '"\\[' });
    expect(
      (
        await rawRequest(vault.url, "POST", "/v1/kv/flat", {
          token: vault.rootToken,
          body: brackets,
        })
      ).status,
    ).toBe(204);
  });
});

const policyParts = [
  'path "a/*" {',
  "}",
  "{",
  "[",
  "]",
  "=",
  ",",
  '"',
  "\\",
  '"read"',
  "capabilities",
  "policy",
  "allowed_parameters",
  "min_wrapping_ttl",
  '"1h"',
  "<<EOF\n",
  "EOF\n",
  "#",
  "/*",
  "*/",
  "//",
  "\n",
  '"\\u00',
  '"\\U0010ffff"',
  "1e999",
  "-0x",
  "true",
  "path",
  '"+*"',
  '"+/a"',
  "é",
  "\u0000",
  "\ufeff",
  '{"path":',
  '{"a":{"capabilities":["deny"]}}',
  "null",
];

test("policies of any text are policies or say why not, at once", () => {
  const random = new SeededRandom(seed + 4);
  for (let round = 0; round < rounds * 20; round += 1) {
    const text = Array.from({ length: random.integer(1, 30) }, () => random.pick(policyParts)).join(
      random.pick(["", " "]),
    );
    try {
      for (const rule of parsePolicy("x", text).rules)
        expect(rule.capabilities.size).toBeLessThan(9);
    } catch (error) {
      if (!(error instanceof PolicyError))
        throw new Error(`not foreseen for ${JSON.stringify(text)}`, { cause: error });
    }
  }
  for (const deep of [
    "{".repeat(100_000),
    `{"path":${"[".repeat(100_000)}`,
    `path "a" { capabilities = ${"[".repeat(100_000)}`,
  ])
    expect(() => parsePolicy("x", deep)).toThrow(PolicyError);
});

test("blocks of addresses hold just their addresses", () => {
  const random = new SeededRandom(seed + 5);
  const toText = (address: number): string =>
    [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
  for (let round = 0; round < rounds * 5; round += 1) {
    const bits = random.integer(0, 32);
    const mask = bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
    const block = (Math.floor(random.next() * 2 ** 32) & mask) >>> 0;
    const address =
      random.next() < 0.5
        ? (block | (Math.floor(random.next() * 2 ** 32) & ~mask)) >>> 0
        : Math.floor(random.next() * 2 ** 32);
    const inside = (address & mask) >>> 0 === block;
    const cidr = `${toText(block)}/${bits}`;
    expect(withinCidrs(toText(address), [cidr]), `${toText(address)} in ${cidr}`).toBe(inside);
    expect(withinCidrs(`::ffff:${toText(address)}`, addressBlocks([cidr]))).toBe(inside);
  }
  for (let round = 0; round < rounds * 5; round += 1) {
    const text = random.text(random.integer(0, 20), "0123456789./:abcfx -");
    try {
      for (const block of addressBlocks([text])) expect(block).toMatch(/^[0-9a-f.:]+(\/\d+)?$/i);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }
});

test("durations are whole seconds within bounds, and come out of their own texts again", () => {
  const random = new SeededRandom(seed + 6);
  for (let round = 0; round < rounds * 5; round += 1) {
    const text = random.text(random.integer(0, 14), "0123456789.hmsdnuµ+-e ");
    const seconds = parseDuration(text);
    if (seconds === undefined) continue;
    expect(Number.isSafeInteger(seconds), text).toBe(true);
    const whole = random.integer(0, 10_000_000);
    expect(parseDuration(goDuration(whole))).toBe(whole);
    expect(parseDuration(formatDuration(whole))).toBe(whole);
  }
  for (const text of [
    "9".repeat(400),
    `${"9".repeat(400)}h`,
    "1e999",
    "Infinity",
    "NaN",
    "9223372037",
  ])
    expect(parseDuration(text)).toBe(undefined);
});

test("requests for certificates with changed bytes are refused, or are sound", () => {
  const random = new SeededRandom(seed + 7);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const names = { ...noNames, dns: ["a.b"], ip: ["10.0.0.1"] };
  const sound = buildRequest({ common_name: ["a.b"] }, names, privateKey);
  for (let round = 0; round < rounds * 5; round += 1) {
    const bytes = Buffer.from(sound);
    const changes = random.integer(1, 3);
    for (let change = 0; change < changes; change += 1)
      bytes[random.integer(0, bytes.length - 1)] = random.integer(0, 255);
    const cut = random.next() < 0.2 ? bytes.subarray(0, random.integer(0, bytes.length)) : bytes;
    try {
      expect(parseRequest(toPem("CERTIFICATE REQUEST", cut)).names.dns).toEqual(["a.b"]);
    } catch (error) {
      if (!(error instanceof Fault) || error.status !== 400)
        throw new Error(cut.toString("hex"), { cause: error });
    }
  }
});

test("shares that are not the vault's never open it", async () => {
  const random = new SeededRandom(seed + 8);
  await using sealed = await TestVault.start({ shares: 5, threshold: 3, unsealed: false });
  for (let round = 0; round < 60; round += 1) {
    const made = Array.from({ length: random.integer(0, 40) }, () => random.integer(0, 255));
    const key = random.pick([
      Buffer.from(made).toString("hex"),
      Buffer.from(made).toString("base64"),
      random.text(20, "zZ-_/+=0a"),
      random.pick(sealed.keys.slice(0, 2)).slice(0, -2) + random.text(2, "0123456789abcdef"),
    ]);
    const { status, body } = await sealed.request("PUT", "sys/unseal", { body: { key } });
    expect([200, 400]).toContain(status);
    if (status === 200) expect(body.sealed).toBe(true);
  }
  await sealed.request("PUT", "sys/unseal", { body: { reset: true } });
  await sealed.unseal();
  expect((await sealed.request("GET", "sys/health")).status).toBe(200);
});

describe("many connections", () => {
  function memory(): number {
    return process.memoryUsage().rss / 1024 / 1024;
  }

  async function open(count: number): Promise<Socket[]> {
    const sockets = Array.from({ length: count }, () =>
      connect(Number(new URL(vault.url).port), "127.0.0.1"),
    );
    for (const socket of sockets) socket.on("error", () => undefined);
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    return sockets;
  }

  test("1,000 that are idle, or stop in the middle of a request, keep nobody waiting", async () => {
    const before = memory();
    const sockets = await open(1000);
    for (const [index, socket] of sockets.entries())
      if (index % 2 === 0)
        socket.write("POST /v1/kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{");
    for (let round = 0; round < 20; round += 1)
      expect((await vault.request("GET", "kv/secret")).status).toBe(200);
    // All of them were there meanwhile.
    expect(sockets.filter((socket) => socket.readyState === "open")).toHaveLength(1000);
    expect(memory() - before).toBeLessThan(200);
    for (const socket of sockets) socket.destroy();
  });

  test("large bodies that never end are refused before they fill the memory", async () => {
    const sockets = await open(40);
    const piece = Buffer.alloc(1024 * 1024, "x");
    let refused = 0;
    const before = memory();
    for (const socket of sockets) {
      socket.setEncoding("latin1").on("data", (text: string) => {
        if (text.startsWith("HTTP/1.1 503")) refused += 1;
      });
      socket.write(
        `POST /v1/kv/a HTTP/1.1\r\nHost: x\r\nContent-Length: ${32 * 1024 * 1024}\r\n\r\n`,
      );
    }
    for (let round = 0; round < 12; round += 1) {
      for (const socket of sockets) if (socket.writable) socket.write(piece);
      await new Promise(setImmediate);
    }
    await eventually(() => refused > 0, 20_000);
    expect(memory() - before).toBeLessThan(1200);
    for (const socket of sockets) socket.destroy();
    await eventually(
      async () =>
        (await vault.request("POST", "kv/after", { body: { value: "y".repeat(5_000_000) } }))
          .status === 204,
    );
  });

  test("a client that asks and never reads is let wait, and asked no more of", async () => {
    await vault.must("POST", "kv/mine/big", { body: { value: "z".repeat(1_000_000) } });
    const [socket] = await open(1);
    if (socket === undefined) throw new Error("no connection");
    socket.pause();
    const ask = `GET /v1/kv/mine/big HTTP/1.1\r\nHost: x\r\nX-Vault-Token: ${token}\r\n\r\n`;
    const before = memory();
    socket.write(ask.repeat(600));
    // While others are served 500 times, all 600 could have been answered too, into memory.
    for (let served = 0; served < 500; served += 1) {
      expect((await vault.request("GET", "sys/health")).status).toBe(200);
      expect(memory() - before).toBeLessThan(200);
    }
    let received = 0;
    socket.on("data", (piece: Buffer) => (received += piece.length));
    socket.resume();
    await eventually(() => received > 600_000_000, 30_000);
    socket.destroy();
  });
});
