import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { TestVault, type Reply } from "../../../test/test-vault.ts";

const wrong = { errors: ["invalid role or secret ID"] };

async function start(role: object = {}): Promise<TestVault> {
  const vault = await TestVault.start();
  await vault.must("POST", "sys/auth/approle", { body: { type: "approle" } });
  await vault.must("POST", "auth/approle/role/Web", { body: { token_policies: ["p"], ...role } });
  return vault;
}

async function roleId(vault: TestVault): Promise<string> {
  return (await vault.must("GET", "auth/approle/role/web/role-id")).body.data.role_id;
}

async function secret(vault: TestVault, body: object = {}): Promise<any> {
  return (await vault.must("POST", "auth/approle/role/web/secret-id", { body })).body.data;
}

function login(vault: TestVault, role_id: string, secret_id?: string): Promise<Reply> {
  return vault.request("POST", "auth/approle/login", {
    token: undefined,
    body: { role_id, secret_id },
  });
}

describe("login", () => {
  test("gives a token as the role says", async () => {
    await using vault = await start({
      token_ttl: "1h",
      token_max_ttl: "24h",
      token_bound_cidrs: "127.0.0.1/32",
    });
    const { secret_id } = await secret(vault, { metadata: '{"host":"h1"}' });
    const { body } = await login(vault, await roleId(vault), secret_id);
    expect(body.auth).toMatchObject({
      policies: ["default", "p"],
      lease_duration: 3600,
      renewable: true,
      orphan: true,
      metadata: { role_name: "web", host: "h1" },
    });
    const self = await vault.must("GET", "auth/token/lookup-self", {
      token: body.auth.client_token,
    });
    expect(self.body.data).toMatchObject({
      path: "auth/approle/login",
      display_name: "approle",
      bound_cidrs: ["127.0.0.1"],
    });
    const renewed = await vault.must("POST", "auth/token/renew-self", {
      token: body.auth.client_token,
      body: { increment: "48h" },
    });
    expect(renewed.body.auth.lease_duration).toBe(86_400);
  });

  test("tells nothing of what was wrong", async () => {
    await using vault = await start({ secret_id_num_uses: 1 });
    const role = await roleId(vault);
    const { secret_id } = await secret(vault);
    expect((await login(vault, "no-such-role", secret_id)).body).toEqual(wrong);
    expect((await login(vault, role, "no-such-secret")).body).toEqual(wrong);
    expect((await login(vault, role, secret_id)).status).toBe(200);
    const used = await login(vault, role, secret_id);
    expect([used.status, used.body]).toEqual([400, wrong]);
    expect((await login(vault, role)).body.errors).toEqual(["missing secret_id"]);
    expect((await login(vault, "")).body.errors).toEqual(["missing role_id"]);
  });

  test("takes no secret-id of another role", async () => {
    await using vault = await start();
    await vault.must("POST", "auth/approle/role/other", { body: {} });
    const other = (await vault.must("POST", "auth/approle/role/other/secret-id")).body.data
      .secret_id;
    expect((await login(vault, await roleId(vault), other)).body).toEqual(wrong);
  });

  test("is over when the secret-id's time is", async () => {
    await using vault = await start({ secret_id_ttl: "1h" });
    const { secret_id, secret_id_ttl } = await secret(vault);
    expect(secret_id_ttl).toBe(3600);
    vault.advance(3599);
    expect((await login(vault, await roleId(vault), secret_id)).status).toBe(200);
    vault.advance(2);
    expect((await login(vault, await roleId(vault), secret_id)).body).toEqual(wrong);
  });

  test("uses at once are no more than there are", async () => {
    await using vault = await start({ secret_id_num_uses: 3 });
    const role = await roleId(vault);
    const { secret_id } = await secret(vault);
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => login(vault, role, secret_id)),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(3);
  });

  test("only comes from the addresses that role and secret-id name", async () => {
    await using vault = await start({ secret_id_bound_cidrs: ["127.0.0.0/8", "10.0.0.0/8"] });
    const role = await roleId(vault);
    expect((await login(vault, role, (await secret(vault)).secret_id)).status).toBe(200);
    const elsewhere = await secret(vault, { cidr_list: ["10.1.0.0/16"] });
    expect((await login(vault, role, elsewhere.secret_id)).body.errors[0]).toContain(
      "unauthorized by CIDR restrictions",
    );
    const outside = await vault.request("POST", "auth/approle/role/web/secret-id", {
      body: { cidr_list: "192.168.0.0/16" },
    });
    expect(outside.status).toBe(500);
  });

  test("gives a token that is good from its own addresses alone", async () => {
    await using vault = await start({ token_bound_cidrs: "127.0.0.1/32" });
    const { client_token } = (
      await login(vault, await roleId(vault), (await secret(vault)).secret_id)
    ).body.auth;
    const statusFrom = async (localAddress: string): Promise<number | undefined> => {
      const request = get(`${vault.url}/v1/auth/token/lookup-self`, {
        localAddress,
        headers: { "X-Vault-Token": client_token },
      });
      const [response] = (await once(request, "response")) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    expect(await statusFrom("127.0.0.1")).toBe(200);
    expect(await statusFrom("127.0.0.2")).toBe(403);
  });

  test("a token that is bound elsewhere is good for nothing here", async () => {
    await using vault = await start();
    const { secret_id } = await secret(vault, { token_bound_cidrs: ["10.0.0.0/8"] });
    expect((await login(vault, await roleId(vault), secret_id)).status).toBe(403);
  });
});

describe("roles", () => {
  test("show everything but the role-id, and keep what a write does not name", async () => {
    await using vault = await start({ token_ttl: 60 });
    await vault.must("POST", "auth/approle/role/web", { body: { token_max_ttl: "2h" } });
    const { data } = (await vault.must("GET", "auth/approle/role/WEB")).body;
    expect(data).toMatchObject({
      token_ttl: 60,
      token_max_ttl: 7200,
      token_policies: ["p"],
      bind_secret_id: true,
    });
    expect(data).not.toHaveProperty("role_id");
    expect((await vault.must("LIST", "auth/approle/role")).body.data.keys).toEqual(["web"]);
  });

  test("take a role-id of one's own", async () => {
    await using vault = await start();
    await vault.must("POST", "auth/approle/role/web/role-id", { body: { role_id: "mine" } });
    expect((await login(vault, "mine", (await secret(vault)).secret_id)).status).toBe(200);
    const taken = await vault.request("POST", "auth/approle/role/two", {
      body: { role_id: "mine" },
    });
    expect(taken.status).toBe(500);
  });

  test("have each field as a path of its own", async () => {
    await using vault = await start();
    await vault.must("POST", "auth/approle/role/web/token-ttl", { body: { token_ttl: "5m" } });
    expect((await vault.must("GET", "auth/approle/role/web/token-ttl")).body.data).toEqual({
      token_ttl: 300,
    });
    await vault.must("DELETE", "auth/approle/role/web/token-ttl");
    expect((await vault.must("GET", "auth/approle/role/web/token-ttl")).body.data).toEqual({
      token_ttl: 0,
    });
    expect(
      (await vault.must("GET", "auth/approle/role/web/policies")).body.data.token_policies,
    ).toEqual(["p"]);
  });

  test("gone, so are their secret-ids", async () => {
    await using vault = await start();
    const role = await roleId(vault);
    const { secret_id } = await secret(vault);
    await vault.must("DELETE", "auth/approle/role/web");
    await vault.must("POST", "auth/approle/role/web", { body: { role_id: role } });
    expect((await login(vault, role, secret_id)).body).toEqual(wrong);
  });

  test("without a secret-id need another bound", async () => {
    await using vault = await start();
    const loose = await vault.request("POST", "auth/approle/role/loose", {
      body: { bind_secret_id: false },
    });
    expect(loose.status).toBe(500);
    await vault.must("POST", "auth/approle/role/web", {
      body: { bind_secret_id: false, secret_id_bound_cidrs: "127.0.0.1/32" },
    });
    expect((await login(vault, await roleId(vault))).status).toBe(200);
  });
});

describe("secret-ids", () => {
  test("are looked up, listed and destroyed, by themselves and by accessor", async () => {
    await using vault = await start();
    const one = await secret(vault, { metadata: '{"a":"b"}', num_uses: 5, ttl: "10m" });
    const post = (path: string, body: object): Promise<Reply> =>
      vault.request("POST", `auth/approle/role/web/${path}`, { body });
    expect((await post("secret-id/lookup", { secret_id: one.secret_id })).body.data).toMatchObject({
      secret_id_accessor: one.secret_id_accessor,
      secret_id_num_uses: 5,
      secret_id_ttl: 600,
      metadata: { a: "b" },
    });
    expect((await vault.must("LIST", "auth/approle/role/web/secret-id")).body.data.keys).toEqual([
      one.secret_id_accessor,
    ]);
    const byAccessor = { secret_id_accessor: one.secret_id_accessor };
    expect((await post("secret-id-accessor/lookup", byAccessor)).body.data.metadata).toEqual({
      a: "b",
    });
    expect((await post("secret-id-accessor/destroy", byAccessor)).status).toBe(204);
    expect((await post("secret-id/lookup", { secret_id: one.secret_id })).status).toBe(204);
    const two = await secret(vault);
    expect((await post("secret-id/destroy", { secret_id: two.secret_id })).status).toBe(204);
    expect((await login(vault, await roleId(vault), two.secret_id)).body).toEqual(wrong);
    expect((await vault.request("LIST", "auth/approle/role/web/secret-id")).status).toBe(404);
  });

  test("may be one's own, with no more uses or time than the role gives", async () => {
    await using vault = await start({ secret_id_num_uses: 2, secret_id_ttl: "1h" });
    const custom = (body: object): Promise<Reply> =>
      vault.request("POST", "auth/approle/role/web/custom-secret-id", { body });
    expect((await custom({ secret_id: "mine" })).body.data).toMatchObject({
      secret_id: "mine",
      secret_id_num_uses: 2,
    });
    expect((await login(vault, await roleId(vault), "mine")).status).toBe(200);
    expect((await custom({ secret_id: "x", num_uses: 3 })).status).toBe(400);
    expect((await custom({ secret_id: "x", ttl: "2h" })).status).toBe(400);
    expect((await custom({})).body.errors).toEqual(["missing secret_id"]);
    const none = await vault.request("POST", "auth/approle/role/none/secret-id");
    expect([none.status, none.body.errors]).toEqual([404, ['role "none" does not exist']]);
  });
});

test("disabling the method ends the tokens it gave", async () => {
  await using vault = await start();
  const { client_token } = (
    await login(vault, await roleId(vault), (await secret(vault)).secret_id)
  ).body.auth;
  await vault.must("DELETE", "sys/auth/approle");
  expect(
    (await vault.request("GET", "auth/token/lookup-self", { token: client_token })).status,
  ).toBe(403);
  expect((await vault.request("POST", "auth/approle/login", { body: {} })).status).toBe(404);
});
