import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TestVault, type Reply } from "../../test/test-vault.ts";

const headers = { "X-Vault-Wrap-TTL": "60" };

async function wrap(vault: TestVault, data: object = { a: "1" }): Promise<string> {
  const { status, body } = await vault.request("POST", "sys/wrapping/wrap", {
    body: data,
    headers,
  });
  expect(status).toBe(200);
  return body.wrap_info.token;
}

const unwrap = async (vault: TestVault, token: string): Promise<Reply> =>
  vault.request("POST", "sys/wrapping/unwrap", { body: { token } });

const unwrapAsItself = async (vault: TestVault, token: string): Promise<Reply> =>
  vault.request("POST", "sys/wrapping/unwrap", { token });

test.each([
  ["others", [unwrap]],
  ["itself", [unwrapAsItself]],
  ["both", [unwrapAsItself, unwrap]],
])("an answer is given to one of many that ask for it at once, by %s", async (_, ways) => {
  await using vault = await TestVault.start();
  const token = await wrap(vault);
  const asked = Array.from({ length: 10 }, () => ways).flat();
  const replies = await Promise.all(asked.map(async (ask) => ask(vault, token)));
  const given = replies.filter(({ status }) => status === 200);
  expect(given.map(({ body }) => body.data)).toEqual([{ a: "1" }]);
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 400]));
  expect((await vault.request("GET", "sys/wrapping/lookup", { token })).status).toBe(400);
});

test("numbers come out as they were put in", async () => {
  await using vault = await TestVault.start();
  const text = '{"big":12345678901234567890,"one":1.0}';
  const { body } = await vault.request("POST", "sys/wrapping/wrap", { body: text, headers });
  const { text: got } = await unwrap(vault, body.wrap_info.token);
  expect(got).toContain('"big":12345678901234567890,"one":1.0');
});

test("nothing is left of it after its time, and it outlives a restart until then", async () => {
  await using vault = await TestVault.start();
  const token = await wrap(vault);
  vault.advance(59);
  await vault.restart();
  expect((await vault.request("GET", "sys/wrapping/lookup", { token })).status).toBe(200);
  vault.advance(2);
  expect((await unwrap(vault, token)).status).toBe(400);
  await vault.request("POST", "auth/token/tidy");
  const { body } = await vault.request("LIST", "auth/token/accessors");
  expect(body.data.keys).toHaveLength(1); // root's
});

test("the answer is not in what a wrapped request is answered with", async () => {
  await using vault = await TestVault.start();
  await vault.request("POST", "sys/auth/approle", { body: { type: "approle" } });
  await vault.request("POST", "auth/approle/role/job", { body: {} });
  const at = "auth/approle/role/job/secret-id";
  const { text, body } = await vault.request("POST", at, { headers });
  expect(body).toMatchObject({ data: null, auth: null, warnings: null, request_id: "" });
  const { data } = (await unwrap(vault, body.wrap_info.token)).body;
  expect(body.wrap_info.wrapped_accessor).toBe(data.secret_id_accessor);
  expect(text).not.toContain(data.secret_id);
});

test("the audit log has neither the token nor the answer", async () => {
  await using vault = await TestVault.start();
  const file = join(vault.folder, "audit.log");
  const device = { type: "file", options: { file_path: file } };
  await vault.request("POST", "sys/audit/file", { body: device });
  const token = await wrap(vault, { secret: "very-secret-word" });
  expect((await unwrap(vault, token)).status).toBe(200);
  const log = readFileSync(file, "utf8");
  expect(log).toContain('"wrap_info":{"token":"hmac-sha256:');
  expect(log).toContain('"wrap_ttl":60');
  expect(log).not.toContain(token);
  expect(log).not.toContain("very-secret-word");
  expect(log).not.toContain(Buffer.from("very-secret-word").toString("base64").slice(0, 20));
});

test("is refused in a format that it does not have", async () => {
  await using vault = await TestVault.start();
  const jwt = { ...headers, "X-Vault-Wrap-Format": "jwt" };
  const { status } = await vault.request("GET", "sys/mounts", { headers: jwt });
  expect(status).toBe(400);
});
