import { describe, expect, test } from "vitest";
import { eventually } from "../../../test/eventually.ts";
import { TestVault } from "../../../test/test-vault.ts";

const badToken = { errors: ["permission denied"] };
const noRight = { errors: ["1 error occurred:\n\t* permission denied\n\n"] };

async function status(vault: TestVault, token: string): Promise<number> {
  return (await vault.request("GET", "auth/token/lookup-self", { token })).status;
}

describe("who asks", () => {
  test("no token and a wrong one are told apart from a token without the right", async () => {
    await using vault = await TestVault.start();
    const token = await vault.token({ policies: ["default"] });
    for (const bad of [undefined, "hvs.wrong", "x"]) {
      const reply = await vault.request("GET", "sys/mounts", { token: bad });
      expect([reply.status, reply.body]).toEqual([403, badToken]);
    }
    const reply = await vault.request("GET", "sys/mounts", { token });
    expect([reply.status, reply.body]).toEqual([403, noRight]);
  });

  test("the token may come as a bearer", async () => {
    await using vault = await TestVault.start();
    const headers = { Authorization: `Bearer ${vault.rootToken}` };
    expect((await vault.request("GET", "sys/mounts", { token: undefined, headers })).status).toBe(
      200,
    );
  });

  test("an unknown mount is hidden from whoever may not see it", async () => {
    await using vault = await TestVault.start();
    const token = await vault.token({ policies: ["default"] });
    expect((await vault.request("GET", "nowhere/x", { token })).body).toEqual(noRight);
    const root = await vault.request("GET", "nowhere/x");
    expect([root.status, root.body.errors[0]]).toEqual([
      404,
      'no handler for route "nowhere/x". route entry not found.',
    ]);
  });
});

describe("create", () => {
  test("gives what was asked for", async () => {
    await using vault = await TestVault.start();
    await vault.policy("p", `path "a" { capabilities = ["read"] }`);
    const { body } = await vault.must("POST", "auth/token/create", {
      body: {
        policies: ["P"],
        ttl: "1h",
        display_name: "my app!",
        meta: { team: "x" },
        num_uses: 3,
      },
    });
    expect(body.auth).toMatchObject({
      policies: ["default", "p"],
      token_policies: ["default", "p"],
      lease_duration: 3600,
      renewable: true,
      metadata: { team: "x" },
      token_type: "service",
      orphan: false,
      num_uses: 3,
    });
    expect(body.auth.client_token).toMatch(/^hvs\.[A-Za-z0-9]{24,}$/);
    expect(body.warnings).toBeNull();
    const { data } = (
      await vault.must("POST", "auth/token/lookup", { body: { token: body.auth.client_token } })
    ).body;
    expect(data).toMatchObject({
      display_name: "token-my-app",
      creation_ttl: 3600,
      num_uses: 3,
      path: "auth/token/create",
      accessor: body.auth.accessor,
      id: body.auth.client_token,
    });
  });

  test("warns of a policy that is not there, and of a time that is too long", async () => {
    await using vault = await TestVault.start();
    const { body } = await vault.must("POST", "auth/token/create", {
      body: { policies: "ghost", ttl: "9000h" },
    });
    expect(body.auth.lease_duration).toBe(768 * 3600);
    expect(body.warnings).toEqual([
      'TTL of "9000h" exceeded the effective max_ttl of "768h"; TTL value is capped accordingly',
      'Policy "ghost" does not exist',
    ]);
  });

  test("a child has no more than its parent", async () => {
    await using vault = await TestVault.start();
    await vault.policy("maker", `path "auth/token/create" { capabilities = ["update"] }`);
    const token = await vault.token({ policies: ["maker"] });
    const make = (body: object): ReturnType<TestVault["request"]> =>
      vault.request("POST", "auth/token/create", { token, body });
    expect((await make({})).body.auth.policies).toEqual(["default", "maker"]);
    expect((await make({ policies: ["default"] })).status).toBe(200);
    expect((await make({ policies: ["other"] })).body.errors).toEqual([
      "child policies must be subset of parent",
    ]);
    expect((await make({ policies: ["root"] })).status).toBe(400);
    expect((await make({ no_parent: true })).body.errors).toEqual([
      "root or sudo privileges required to create orphan token",
    ]);
    expect((await make({ period: "1h" })).status).toBe(400);
    expect((await make({ id: "mine" })).status).toBe(400);
  });

  test("sudo gives other policies, but not root", async () => {
    await using vault = await TestVault.start();
    await vault.policy("maker", `path "auth/token/create" { capabilities = ["update", "sudo"] }`);
    const token = await vault.token({ policies: ["maker"] });
    const make = (body: object): ReturnType<TestVault["request"]> =>
      vault.request("POST", "auth/token/create", { token, body });
    expect((await make({ policies: ["other"] })).status).toBe(200);
    expect((await make({ policies: ["root"] })).body.errors).toEqual([
      "root tokens may not be created without parent token being root",
    ]);
  });
});

describe("uses", () => {
  test("are spent by refused requests too, and the last one ends the token", async () => {
    await using vault = await TestVault.start();
    const token = await vault.token({ policies: ["default"], num_uses: 3 });
    expect((await vault.request("GET", "sys/mounts", { token })).body).toEqual(noRight);
    expect(
      (await vault.request("GET", "auth/token/lookup-self", { token })).body.data.num_uses,
    ).toBe(1);
    expect((await vault.request("GET", "auth/token/lookup-self", { token })).status).toBe(200);
    expect((await vault.request("GET", "auth/token/lookup-self", { token })).body).toEqual(
      badToken,
    );
    const looked = await vault.request("POST", "auth/token/lookup", { body: { token } });
    expect([looked.status, looked.body]).toEqual([403, { errors: ["bad token"] }]);
  });

  test("at once are no more than there are", async () => {
    await using vault = await TestVault.start();
    const token = await vault.token({ policies: ["default"], num_uses: 4 });
    const replies = await Promise.all(Array.from({ length: 12 }, () => status(vault, token)));
    expect(replies.filter((code) => code === 200)).toHaveLength(4);
  });
});

describe("expiry", () => {
  test("ends a token and all below it", async () => {
    await using vault = await TestVault.start();
    await vault.policy("maker", `path "auth/token/create" { capabilities = ["update"] }`);
    const token = await vault.token({ policies: ["maker"], ttl: "60s" });
    const child = (await vault.must("POST", "auth/token/create", { token, body: { ttl: "10h" } }))
      .body.auth.client_token;
    vault.advance(59);
    expect(await status(vault, token)).toBe(200);
    vault.advance(2);
    expect(await status(vault, token)).toBe(403);
    await vault.restart();
    await eventually(async () => (await status(vault, child)) === 403);
    const accessors = await vault.must("LIST", "auth/token/accessors");
    expect(accessors.body.data.keys).toHaveLength(1);
  });

  test("comes by itself", async () => {
    await using vault = await TestVault.start();
    await vault.token({ policies: ["default"], ttl: "1s" });
    await eventually(
      async () => (await vault.must("LIST", "auth/token/accessors")).body.data.keys.length === 1,
    );
  });

  test("is put off by a renewal, up to the most", async () => {
    await using vault = await TestVault.start();
    const token = await vault.token({ policies: ["default"], ttl: "1h", explicit_max_ttl: "2h" });
    vault.advance(1800);
    const renew = (body: object): ReturnType<TestVault["request"]> =>
      vault.request("POST", "auth/token/renew-self", { token, body });
    expect((await renew({ increment: "1h" })).body.auth.lease_duration).toBe(3600);
    const capped = await renew({ increment: "5h" });
    expect(capped.body.auth.lease_duration).toBe(5400);
    expect(capped.body.warnings[0]).toContain(
      'TTL of "5h" exceeded the effective max_ttl of "1h30m"',
    );
    vault.advance(5401);
    expect(await status(vault, token)).toBe(403);
  });

  test("of a periodic token is renewed by its period, whatever is asked", async () => {
    await using vault = await TestVault.start();
    const token = await vault.token({ policies: ["default"], period: "1h" });
    const renewed = await vault.must("POST", "auth/token/renew-self", {
      token,
      body: { increment: "10h" },
    });
    expect(renewed.body.auth.lease_duration).toBe(3600);
  });

  test("never comes to the root token, which can't be renewed", async () => {
    await using vault = await TestVault.start();
    const reply = await vault.request("POST", "auth/token/renew-self", { body: {} });
    expect([reply.status, reply.body.errors]).toEqual([400, ["lease is not renewable"]]);
  });
});

async function family(vault: TestVault): Promise<[string, string, string]> {
  await vault.policy("maker", `path "auth/token/create" { capabilities = ["update"] }`);
  const parent = await vault.token({ policies: ["maker"] });
  const below = async (token: string): Promise<string> =>
    (await vault.must("POST", "auth/token/create", { token, body: {} })).body.auth.client_token;
  const child = await below(parent);
  return [parent, child, await below(child)];
}

describe("revocation", () => {
  test("takes the children and theirs", async () => {
    await using vault = await TestVault.start();
    const all = await family(vault);
    expect(
      (await vault.request("POST", "auth/token/revoke", { body: { token: all[0] } })).status,
    ).toBe(204);
    for (const token of all) expect(await status(vault, token)).toBe(403);
  });

  test("can leave the children as orphans", async () => {
    await using vault = await TestVault.start();
    const [parent, child, grandchild] = await family(vault);
    await vault.must("POST", "auth/token/revoke-orphan", { body: { token: parent } });
    expect(await status(vault, parent)).toBe(403);
    const { data } = (await vault.must("GET", "auth/token/lookup-self", { token: child })).body;
    expect(data.orphan).toBe(true);
    expect(await status(vault, grandchild)).toBe(200);
  });

  test("of an unknown token is done already", async () => {
    await using vault = await TestVault.start();
    expect(
      (await vault.request("POST", "auth/token/revoke", { body: { token: "hvs.unknown" } })).status,
    ).toBe(204);
  });

  test("by oneself, and by accessor", async () => {
    await using vault = await TestVault.start();
    const own = await vault.token({ policies: ["default"] });
    expect((await vault.request("POST", "auth/token/revoke-self", { token: own })).status).toBe(
      204,
    );
    expect(await status(vault, own)).toBe(403);
    const other = (await vault.must("POST", "auth/token/create", { body: {} })).body.auth;
    const found = await vault.must("POST", "auth/token/lookup-accessor", {
      body: { accessor: other.accessor },
    });
    expect(found.body.data).toMatchObject({ id: "", accessor: other.accessor });
    await vault.must("POST", "auth/token/revoke-accessor", { body: { accessor: other.accessor } });
    expect(await status(vault, other.client_token)).toBe(403);
    const gone = await vault.request("POST", "auth/token/lookup-accessor", {
      body: { accessor: other.accessor },
    });
    expect([gone.status, gone.body.errors]).toEqual([
      400,
      ["1 error occurred:\n\t* invalid accessor\n\n"],
    ]);
  });
});

describe("batch tokens", () => {
  test("carry themselves, and end with their parent", async () => {
    await using vault = await TestVault.start();
    await vault.policy("maker", `path "auth/token/create" { capabilities = ["update"] }`);
    const parent = await vault.token({ policies: ["maker"] });
    const { auth } = (
      await vault.must("POST", "auth/token/create", {
        token: parent,
        body: { type: "batch", ttl: "1h" },
      })
    ).body;
    expect(auth).toMatchObject({ token_type: "batch", accessor: "", renewable: false });
    expect(await status(vault, auth.client_token)).toBe(200);
    expect(await status(vault, `${auth.client_token.slice(0, -4)}AAAA`)).toBe(403);
    await vault.must("POST", "auth/token/revoke", { body: { token: parent } });
    expect(await status(vault, auth.client_token)).toBe(403);
  });
});

test("a cubbyhole is seen by its own token alone, and goes with it", async () => {
  await using vault = await TestVault.start();
  const [one, two] = [
    await vault.token({ policies: ["default"] }),
    await vault.token({ policies: ["default"] }),
  ];
  await vault.must("POST", "cubbyhole/a", { token: one, body: { x: 1 } });
  expect((await vault.request("GET", "cubbyhole/a", { token: one })).body.data).toEqual({ x: 1 });
  expect((await vault.request("LIST", "cubbyhole", { token: one })).body.data).toEqual({
    keys: ["a"],
  });
  expect((await vault.request("GET", "cubbyhole/a", { token: two })).status).toBe(404);
});
