import { expect, test } from "vitest";
import { TestVault } from "../../test/test-vault.ts";

test("a secrets engine moves with what it holds", async () => {
  await using vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/old", { body: { type: "kv-v2" } });
  await vault.must("POST", "old/data/a", { body: { data: { x: 1 } } });
  const { migration_id } = (
    await vault.must("POST", "sys/remount", { body: { from: "old", to: "new/deep" } })
  ).body.data;
  expect(
    (await vault.must("GET", `sys/remount/status/${migration_id}`)).body.data.migration_info,
  ).toEqual({
    source_mount: "old/",
    target_mount: "new/deep/",
    status: "success",
  });
  await vault.restart();
  expect((await vault.must("GET", "new/deep/data/a")).body.data.data).toEqual({ x: 1 });
  expect((await vault.request("GET", "old/data/a")).status).toBe(404);
  expect((await vault.request("GET", "sys/remount/status/no-such")).status).toBe(404);
});

test("an auth method moves, and the tokens of its old path end", async () => {
  await using vault = await TestVault.start();
  await vault.must("POST", "sys/auth/old", { body: { type: "approle" } });
  await vault.must("POST", "auth/old/role/r", {
    body: { bind_secret_id: false, token_bound_cidrs: "127.0.0.1" },
  });
  const { role_id } = (await vault.must("GET", "auth/old/role/r/role-id")).body.data;
  const login = await vault.must("POST", "auth/old/login", { token: undefined, body: { role_id } });
  await vault.must("POST", "sys/remount", { body: { from: "auth/old", to: "auth/new" } });
  const token = login.body.auth.client_token;
  expect((await vault.request("GET", "auth/token/lookup-self", { token })).status).toBe(403);
  await vault.must("POST", "auth/new/login", { token: undefined, body: { role_id } });
});

test.each([
  [{}, "both 'from' and 'to' path must be specified as a string"],
  [{ from: "none", to: "x" }, 'no matching mount at "none/"'],
  [{ from: "kv", to: "kv/below" }, 'path already in use at "kv/"'],
  [{ from: "sys", to: "x" }, 'cannot remount "sys/"'],
  [{ from: "kv", to: "sys/x" }, "cannot remount to destination sys/x/"],
  [{ from: "kv", to: "auth/x" }, "cannot remount to destination auth/x/"],
])("a move by %j is refused", async (body, why) => {
  await using vault = await TestVault.start();
  await vault.must("POST", "sys/mounts/kv", { body: { type: "kv" } });
  const reply = await vault.request("POST", "sys/remount", { body });
  expect([reply.status, reply.body.errors]).toEqual([400, [why]]);
});

test("a move needs sudo", async () => {
  await using vault = await TestVault.start();
  await vault.policy("almost", 'path "sys/remount" { capabilities = ["update"] }');
  const token = await vault.token({ policies: ["almost"] });
  expect(
    (await vault.request("POST", "sys/remount", { token, body: { from: "a", to: "b" } })).status,
  ).toBe(403);
});
