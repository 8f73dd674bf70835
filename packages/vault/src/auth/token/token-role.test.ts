import { describe, expect, test } from "vitest";
import { TestVault, type Reply } from "../../../test/test-vault.ts";

async function startWith(role: object): Promise<TestVault> {
  const vault = await TestVault.start();
  await vault.must("POST", "auth/token/roles/r", { body: role });
  return vault;
}

function create(vault: TestVault, body: object = {}, token = vault.rootToken): Promise<Reply> {
  return vault.request("POST", "auth/token/create/r", { body, token });
}

describe("a token role", () => {
  test("is written field by field, listed, shown with older names, and deleted", async () => {
    await using vault = await startWith({ allowed_policies: "B,a", period: "1h" });
    await vault.must("POST", "auth/token/roles/r", { body: { path_suffix: "ci-jobs" } });
    expect((await vault.must("GET", "auth/token/roles/r")).body.data).toMatchObject({
      name: "r",
      allowed_policies: ["a", "b"],
      token_period: 3600,
      period: 3600,
      path_suffix: "ci-jobs",
      renewable: true,
      token_type: "default-service",
    });
    expect((await vault.must("LIST", "auth/token/roles")).body.data.keys).toEqual(["r"]);
    await vault.must("DELETE", "auth/token/roles/r");
    expect((await create(vault)).body.errors).toEqual(["unknown role r"]);
  });

  test("limits the policies to those allowed, by name and by pattern", async () => {
    await using vault = await startWith({
      allowed_policies: ["a"],
      allowed_policies_glob: ["team-*"],
    });
    expect((await create(vault)).body.auth.policies).toEqual(["a", "default"]);
    expect((await create(vault, { policies: ["team-x"] })).body.auth.policies).toEqual([
      "default",
      "team-x",
    ]);
    for (const policies of [["root"], ["b"], ["a", "xteam-"]])
      expect((await create(vault, { policies })).body.errors[0]).toContain(
        "must be subset of the role's allowed policies",
      );
  });

  test("compares a name with a pattern of many stars in a time that its length bounds", async () => {
    await using vault = await startWith({ allowed_policies_glob: ["*x*x*x*y"] });
    const reply = await create(vault, { policies: ["x".repeat(20_000)] });
    expect(reply.body.errors[0]).toContain("must be subset of the role's allowed policies");
    expect((await create(vault, { policies: ["axbxcx\ny"] })).status).toBe(200);
  });

  test("forbids policies, `default` too", async () => {
    await using vault = await startWith({
      disallowed_policies: ["default"],
      disallowed_policies_glob: ["adm*"],
    });
    expect((await create(vault, { policies: ["a"] })).body.auth.policies).toEqual(["a"]);
    expect((await create(vault, { policies: ["admin"] })).body.errors).toEqual([
      'token policy "admin" is disallowed by this role',
    ]);
  });

  test("lets a caller without sudo give out policies that it lacks itself", async () => {
    await using vault = await startWith({ allowed_policies: ["other"] });
    await vault.policy("caller", 'path "auth/token/create/r" { capabilities = ["update"] }');
    const token = await vault.token({ policies: ["caller"] });
    expect((await create(vault, { policies: ["other"] }, token)).body.auth.policies).toEqual([
      "default",
      "other",
    ]);
    const plain = await vault.request("POST", "auth/token/create", {
      token,
      body: { policies: ["other"] },
    });
    expect(plain.status).toBe(403);
  });

  test("makes orphans, periodic tokens, tokens of few uses, tokens from some addresses", async () => {
    await using vault = await startWith({
      orphan: true,
      token_period: "1h",
      token_num_uses: 2,
      token_bound_cidrs: "127.0.0.0/8",
      renewable: false,
      path_suffix: "suffix",
      allowed_policies: ["default"],
    });
    const { auth } = (await create(vault, { num_uses: 9, period: "2h" })).body;
    expect(auth).toMatchObject({
      orphan: true,
      lease_duration: 3600,
      num_uses: 2,
      renewable: false,
    });
    const found = await vault.must("POST", "auth/token/lookup", {
      body: { token: auth.client_token },
    });
    expect(found.body.data).toMatchObject({
      role: "r",
      path: "auth/token/create/r/suffix",
      bound_cidrs: ["127.0.0.0/8"],
    });
  });

  test("that changes or goes is felt at the next renewal", async () => {
    await using vault = await startWith({ token_period: "1h", allowed_policies: ["default"] });
    const token = (await create(vault)).body.auth.client_token;
    await vault.must("POST", "auth/token/roles/r", { body: { token_period: "2h" } });
    expect(
      (await vault.must("POST", "auth/token/renew-self", { token })).body.auth.lease_duration,
    ).toBe(7200);
    await vault.must("DELETE", "auth/token/roles/r");
    expect((await vault.request("POST", "auth/token/renew-self", { token })).status).toBe(500);
  });

  test.each([
    [{ token_type: "junk" }, `invalid 'token_type' value "junk"`],
    [
      { token_type: "batch" },
      "'token_type' cannot be 'batch' when role is set to generate renewable tokens",
    ],
    [
      { path_suffix: "a..b" },
      "error registering path suffix: path cannot contain parent references",
    ],
    [{ token_num_uses: -1 }, "error parsing role fields: 'token_num_uses' cannot be negative"],
    [
      { token_period: "-1h" },
      `error converting input for field "token_period": cannot provide negative value '-3600'`,
    ],
  ])("of %j is refused", async (body, why) => {
    await using vault = await TestVault.start();
    const reply = await vault.request("POST", "auth/token/roles/r", { body });
    expect([reply.status, reply.body.errors]).toEqual([400, [why]]);
  });
});
