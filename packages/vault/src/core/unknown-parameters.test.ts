import { afterAll, beforeAll, expect, test } from "vitest";
import { TestVault } from "../../test/test-vault.ts";

let vault: TestVault;
beforeAll(async () => {
  vault = await TestVault.start();
  await vault.request("POST", "sys/mounts/kv", { body: { type: "kv", options: { version: "2" } } });
  await vault.request("POST", "auth/token/roles/job", { body: {} });
});
afterAll(async () => vault[Symbol.asyncDispose]());

const ignored = "Endpoint ignored these unrecognized parameters:";
const replaced =
  "Endpoint replaced the value of these parameters with the values captured from the endpoint's path:";

test.each([
  [
    "POST",
    "auth/token/create",
    { polices: "a", ttl: "1h", zeal: 1 },
    [`${ignored} [polices zeal]`],
  ],
  ["POST", "auth/token/create", { policies: "default", renewable: false }, null],
  ["POST", "auth/token/create/job", { role_name: "other" }, [`${replaced} [role_name]`]],
  ["POST", "kv/data/a", { data: { any: 1 }, datum: 1 }, [`${ignored} [datum]`]],
  ["GET", "kv/data/a?version=1&versoin=1", undefined, [`${ignored} [versoin]`]],
  ["LIST", "kv/metadata?list=true&x=1", undefined, [`${ignored} [list x]`]],
  ["POST", "sys/capabilities-self", { paths: ["a"], __proto__x: 1 }, [`${ignored} [__proto__x]`]],
])("%s %s %j", async (method, path, body, warnings) => {
  const reply = await vault.request(method, path, { body });
  expect(reply.status).toBe(200);
  expect(reply.body.warnings).toEqual(warnings);
});

test("an answer without a body has no place for it, and whatever is wrapped is known", async () => {
  const empty = await vault.request("POST", "sys/policies/acl/a", {
    body: { policy: 'path "a" {}', surprise: 1 },
  });
  expect([empty.status, empty.text]).toEqual([204, ""]);
  const headers = { "X-Vault-Wrap-TTL": "60" };
  const { body } = await vault.request("POST", "sys/wrapping/wrap", { body: { a: 1 }, headers });
  const inside = await vault.request("POST", "sys/wrapping/unwrap", {
    body: { token: body.wrap_info.token },
  });
  expect(inside.body).toMatchObject({ data: { a: 1 }, warnings: null });
});
