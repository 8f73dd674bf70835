import { describe, expect, test } from "vitest";
import { TestVault, type Reply } from "../../test/test-vault.ts";

describe("health", () => {
  test("is told without a token, with the codes that are asked for", async () => {
    await using vault = await TestVault.start({ unsealed: false });
    const sealed = await vault.request("GET", "sys/health?sealedcode=299", { token: undefined });
    expect([sealed.status, sealed.body.sealed]).toEqual([299, true]);
    await vault.unseal();
    const { status, body } = await vault.request("GET", "sys/health?activecode=204", {
      token: undefined,
    });
    expect(status).toBe(204);
    expect(body).toBeUndefined();
    expect((await vault.request("GET", "sys/health")).body).toMatchObject({
      initialized: true,
      sealed: false,
      standby: false,
      cluster_name: "test",
    });
    expect((await vault.request("GET", "sys/health?activecode=x")).status).toBe(400);
    expect((await vault.request("DELETE", "sys/health")).status).toBe(405);
  });
});

describe("mounts", () => {
  test("are there from the start, and are told twice", async () => {
    await using vault = await TestVault.start();
    const { body } = await vault.must("GET", "sys/mounts");
    expect(Object.keys(body.data)).toEqual(["cubbyhole/", "sys/"]);
    expect(body["sys/"]).toEqual(body.data["sys/"]);
    expect(Object.keys((await vault.must("GET", "sys/auth")).body.data)).toEqual(["token/"]);
  });

  test("are enabled, tuned, and disabled with all that they stored", async () => {
    await using vault = await TestVault.start();
    await vault.must("POST", "sys/mounts/team/kv", {
      body: { type: "kv-v2", description: "ours", config: { max_lease_ttl: "2h" } },
    });
    await vault.must("POST", "team/kv/data/a", { body: { data: { x: 1 } } });
    expect((await vault.must("GET", "sys/mounts/team/kv")).body.data).toMatchObject({
      type: "kv",
      description: "ours",
      options: { version: "2" },
    });
    await vault.must("POST", "sys/mounts/team/kv/tune", {
      body: { default_lease_ttl: "30m", description: "all of ours" },
    });
    expect((await vault.must("GET", "sys/mounts/team/kv/tune")).body.data).toMatchObject({
      default_lease_ttl: 1800,
      max_lease_ttl: 7200,
      description: "all of ours",
    });
    await vault.restart();
    expect((await vault.must("GET", "team/kv/data/a")).body.data.data).toEqual({ x: 1 });
    expect((await vault.request("DELETE", "sys/mounts/team/kv")).status).toBe(204);
    expect((await vault.request("GET", "team/kv/data/a")).status).toBe(404);
    await vault.must("POST", "sys/mounts/team/kv", { body: { type: "kv-v2" } });
    expect((await vault.request("GET", "team/kv/data/a")).status).toBe(404);
  });

  test.each([
    ["secret", { type: "kv" }, "path is already in use at secret/"],
    ["secret/below", { type: "kv" }, "path is already in use at secret/"],
    ["x", { type: "nonsense" }, "plugin not found in the catalog: nonsense"],
    ["x", {}, "backend type must be specified as a string"],
    ["sys", { type: "kv" }, 'cannot mount "sys/"'],
    ["auth/x", { type: "kv" }, 'cannot mount "auth/x/"'],
  ])("at %s with %j are refused", async (path, body, why) => {
    await using vault = await TestVault.start();
    await vault.must("POST", "sys/mounts/secret", { body: { type: "kv" } });
    const reply = await vault.request("POST", `sys/mounts/${path}`, { body });
    expect([reply.status, reply.body.errors]).toEqual([400, [why]]);
  });

  test("that are built in stay", async () => {
    await using vault = await TestVault.start();
    expect((await vault.request("DELETE", "sys/mounts/sys")).status).toBe(400);
    expect((await vault.request("DELETE", "sys/auth/token")).status).toBe(400);
    expect((await vault.request("DELETE", "sys/mounts/never")).status).toBe(204);
  });

  test("of auth methods need sudo", async () => {
    await using vault = await TestVault.start();
    await vault.policy(
      "p",
      `path "sys/auth/*" { capabilities = ["create", "update", "delete", "read"] }`,
    );
    const token = await vault.token({ policies: ["p"] });
    expect(
      (await vault.request("POST", "sys/auth/x", { token, body: { type: "approle" } })).status,
    ).toBe(403);
    await vault.policy("p", `path "sys/auth/*" { capabilities = ["create", "update", "sudo"] }`);
    expect(
      (await vault.request("POST", "sys/auth/x", { token, body: { type: "approle" } })).status,
    ).toBe(204);
  });

  test("are looked up for clients that may see them", async () => {
    await using vault = await TestVault.start();
    await vault.must("POST", "sys/mounts/secret", { body: { type: "kv-v2" } });
    await vault.policy("p", `path "secret/data/a" { capabilities = ["read"] }`);
    const token = await vault.token({ policies: ["p"] });
    const seen = await vault.must("GET", "sys/internal/ui/mounts/secret/data/a", { token });
    expect(seen.body.data).toMatchObject({
      path: "secret/",
      type: "kv",
      options: { version: "2" },
    });
    const plain = await vault.token({ policies: ["default"] });
    expect(
      (await vault.request("GET", "sys/internal/ui/mounts/secret/data/a", { token: plain })).status,
    ).toBe(403);
  });

  test("are not shown to a token that is used from elsewhere than it may be", async () => {
    await using vault = await TestVault.start();
    await vault.must("POST", "sys/mounts/secret", { body: { type: "kv-v2" } });
    await vault.policy("p", `path "secret/data/a" { capabilities = ["read"] }`);
    await vault.must("POST", "auth/token/roles/far", {
      body: { allowed_policies: "p", token_bound_cidrs: "10.0.0.0/8" },
    });
    const { auth } = (await vault.must("POST", "auth/token/create/far")).body;
    const ask = (path: string): Promise<Reply> =>
      vault.request("GET", `sys/internal/ui/mounts${path}`, { token: auth.client_token });
    expect((await ask("/secret/data/a")).body.errors).toEqual(["permission denied"]);
    expect((await ask("")).body.errors).toEqual(["permission denied"]);
  });
});

describe("policies", () => {
  test("are written, read in both forms, listed and deleted, by names in lower case", async () => {
    await using vault = await TestVault.start();
    const policy = `path "a" { capabilities = ["read"] }`;
    await vault.must("PUT", "sys/policies/acl/MyPolicy", { body: { policy } });
    expect((await vault.must("GET", "sys/policies/acl/mypolicy")).body.data).toEqual({
      name: "mypolicy",
      policy,
    });
    expect((await vault.must("GET", "sys/policy/mypolicy")).body).toMatchObject({
      name: "mypolicy",
      rules: policy,
      data: { rules: policy },
    });
    expect((await vault.must("LIST", "sys/policies/acl")).body.data.keys).toEqual([
      "default",
      "mypolicy",
      "root",
    ]);
    expect((await vault.must("GET", "sys/policy")).body.policies).toEqual([
      "default",
      "mypolicy",
      "root",
    ]);
    await vault.must("DELETE", "sys/policies/acl/mypolicy");
    expect((await vault.request("GET", "sys/policies/acl/mypolicy")).status).toBe(404);
  });

  test("may come in base64", async () => {
    await using vault = await TestVault.start();
    const text = `path "a" { capabilities = ["read"] }`;
    await vault.policy("p", Buffer.from(text).toString("base64"));
    expect((await vault.must("GET", "sys/policies/acl/p")).body.data.policy).toBe(text);
  });

  test("root and default can't be done away with, nonsense not stored", async () => {
    await using vault = await TestVault.start();
    for (const [method, name, body] of [
      ["PUT", "root", { policy: `path "a" {}` }],
      ["DELETE", "root", undefined],
      ["DELETE", "default", undefined],
      ["PUT", "p", { policy: `path "a" {` }],
      ["PUT", "p", {}],
    ] as const) {
      expect((await vault.request(method, `sys/policies/acl/${name}`, { body })).status).toBe(400);
    }
  });

  test("count at once, for tokens that are there already", async () => {
    await using vault = await TestVault.start();
    const token = await vault.token({ policies: ["p"] });
    const status = async (): Promise<number> =>
      (await vault.request("GET", "sys/mounts", { token })).status;
    expect(await status()).toBe(403);
    await vault.policy("p", `path "sys/mounts" { capabilities = ["read"] }`);
    expect(await status()).toBe(200);
    await vault.must("DELETE", "sys/policies/acl/p");
    expect(await status()).toBe(403);
  });
});

test("capabilities are told of oneself, of another token and of an accessor", async () => {
  await using vault = await TestVault.start();
  await vault.policy("p", `path "a/*" { capabilities = ["update", "read"] }`);
  const { auth } = (await vault.must("POST", "auth/token/create", { body: { policies: ["p"] } }))
    .body;
  const body = { paths: ["a/b", "c"] };
  const expected = { "a/b": ["read", "update"], c: ["deny"] };
  const self = await vault.must("POST", "sys/capabilities-self", {
    token: auth.client_token,
    body,
  });
  expect(self.body.data).toEqual(expected);
  expect(self.body["a/b"]).toEqual(["read", "update"]);
  expect(
    (await vault.must("POST", "sys/capabilities", { body: { ...body, token: auth.client_token } }))
      .body.data,
  ).toEqual(expected);
  expect(
    (
      await vault.must("POST", "sys/capabilities-accessor", {
        body: { ...body, accessor: auth.accessor },
      })
    ).body.data,
  ).toEqual(expected);
  const one = await vault.must("POST", "sys/capabilities-self", { body: { path: "x" } });
  expect(one.body.data).toEqual({ x: ["root"], capabilities: ["root"] });
});

test("what is not implemented is no path", async () => {
  await using vault = await TestVault.start();
  const reply = await vault.request("GET", "sys/raw/x");
  expect([reply.status, reply.body.errors]).toEqual([
    404,
    ["1 error occurred:\n\t* unsupported path\n\n"],
  ]);
  const method = await vault.request("DELETE", "sys/mounts");
  expect([method.status, method.body.errors]).toEqual([
    405,
    ["1 error occurred:\n\t* unsupported operation\n\n"],
  ]);
});
