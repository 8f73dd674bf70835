import { describe, expect, test } from "vitest";
import { TestVault } from "../../test/test-vault.ts";

async function leaseOf(vault: TestVault, folder: string): Promise<string> {
  const { body } = await vault.must("LIST", `sys/leases/lookup/${folder}`);
  return `${folder}/${body.data.keys.find((key: string) => !key.endsWith("/"))}`;
}

describe("a token's lease", () => {
  test("is found under the path that made it, and ends the token with all below it", async () => {
    await using vault = await TestVault.start();
    const parent = await vault.token({ policies: ["root"], ttl: "1h" });
    const lease_id = await leaseOf(vault, "auth/token/create");
    const child = await vault.must("POST", "auth/token/create", {
      token: parent,
      body: { ttl: "10m" },
    });
    const found = await vault.must("POST", "sys/leases/lookup", { body: { lease_id } });
    expect(found.body.data).toMatchObject({
      id: lease_id,
      renewable: true,
      last_renewal: null,
      ttl: 3600,
    });
    const renewed = await vault.request("POST", "sys/leases/renew", { body: { lease_id } });
    expect(renewed.body.errors).toEqual(["tokens cannot be renewed through this endpoint"]);
    await vault.must("POST", "sys/leases/revoke", { body: { lease_id } });
    for (const token of [parent, child.body.auth.client_token])
      expect((await vault.request("GET", "auth/token/lookup-self", { token })).status).toBe(403);
    expect(
      (await vault.request("POST", "sys/leases/lookup", { body: { lease_id } })).body.errors,
    ).toEqual(["invalid lease"]);
    await vault.must("POST", "sys/leases/revoke", { body: { lease_id } });
  });

  test("goes with all others of a prefix, and only with those", async () => {
    await using vault = await TestVault.start();
    await vault.must("POST", "sys/auth/approle", { body: { type: "approle" } });
    await vault.must("POST", "auth/approle/role/r", {
      body: { bind_secret_id: false, token_bound_cidrs: "127.0.0.1" },
    });
    const { role_id } = (await vault.must("GET", "auth/approle/role/r/role-id")).body.data;
    const login = await vault.must("POST", "auth/approle/login", {
      token: undefined,
      body: { role_id },
    });
    const other = await vault.token({ policies: ["default"] });
    await vault.must("PUT", "sys/leases/revoke-prefix/auth/approle");
    expect(
      (
        await vault.request("GET", "auth/token/lookup-self", {
          token: login.body.auth.client_token,
        })
      ).status,
    ).toBe(403);
    expect((await vault.request("GET", "auth/token/lookup-self", { token: other })).status).toBe(
      200,
    );
    expect((await vault.must("LIST", "sys/leases/lookup/auth")).body.data.keys).toEqual(["token/"]);
    await vault.must("PUT", "sys/leases/revoke-prefix/auth");
    expect((await vault.request("GET", "auth/token/lookup-self")).status).toBe(200);
  });

  test("is for sudo to list and to revoke by prefix", async () => {
    await using vault = await TestVault.start();
    await vault.policy(
      "almost",
      'path "sys/leases/*" { capabilities = ["create", "read", "update", "list"] }',
    );
    const token = await vault.token({ policies: ["almost"] });
    expect((await vault.request("LIST", "sys/leases/lookup/auth", { token })).status).toBe(403);
    expect((await vault.request("PUT", "sys/leases/revoke-prefix/auth", { token })).status).toBe(
      403,
    );
    expect((await vault.request("PUT", "sys/leases/tidy", { token })).status).toBe(403);
  });

  test("that has run out is tidied away", async () => {
    await using vault = await TestVault.start();
    const token = await vault.token({ policies: ["default"], ttl: "1h" });
    vault.advance(3601);
    expect((await vault.request("POST", "auth/token/tidy")).status).toBe(202);
    expect((await vault.request("GET", "auth/token/lookup-self", { token })).status).toBe(403);
    const { accessor } = (await vault.must("GET", "auth/token/lookup-self")).body.data;
    expect((await vault.must("LIST", "auth/token/accessors")).body.data.keys).toEqual([accessor]);
  });
});
