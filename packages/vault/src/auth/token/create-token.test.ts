import { expect, test } from "vitest";
import { TestVault } from "../../../test/test-vault.ts";

test("what can't be a token is refused with its reason", async () => {
  await using vault = await TestVault.start();
  await vault.must("POST", "auth/token/create", { body: { id: "mine" } });
  const refused: [body: object, text: string][] = [
    [{ type: "junk" }, "invalid 'token_type' value"],
    [{ type: "batch", num_uses: 1 }, 'batch tokens cannot have "num_uses" set'],
    [{ type: "batch", period: "1h" }, 'batch tokens cannot have "period" set'],
    [{ type: "batch", explicit_max_ttl: 5 }, 'batch tokens cannot have "explicit_max_ttl" set'],
    [{ type: "batch", policies: ["root"] }, "batch tokens cannot be root tokens"],
    [{ num_uses: -1 }, "number of uses cannot be negative"],
    [{ ttl: "x" }, 'time: invalid duration "x"'],
    [{ ttl: "-1s" }, "ttl must be positive"],
    [{ explicit_max_ttl: "-1h" }, "explicit_max_ttl must be positive"],
    [{ entity_alias: "a" }, "'entity_alias' is only allowed in combination with token role"],
    [{ id: "hvs.x" }, "custom token ID cannot have the 'hvs.' prefix"],
    [{ id: "s.x" }, "custom token ID cannot have the 's.' prefix"],
    [{ id: "a.b" }, "custom token ID cannot have a '.' in the value"],
    [{ id: "mine" }, "cannot create a token with a duplicate ID"],
    [{ policies: "response-wrapping" }, 'cannot assign policy "response-wrapping"'],
  ];
  for (const [body, text] of refused) {
    const reply = await vault.request("POST", "auth/token/create", { body });
    expect([body, reply.status, reply.body.errors]).toEqual([body, 400, [text]]);
  }
});

test("a token that is itself limited makes none that is less so", async () => {
  await using vault = await TestVault.start();
  const create = async (token: string, body: object): Promise<string> =>
    (await vault.request("POST", "auth/token/create", { token, body })).body.errors?.[0] ?? "made";
  const few = await vault.token({ policies: ["root"], num_uses: 5 });
  expect(await create(few, {})).toBe("restricted use token cannot generate child tokens");
  const short = await vault.token({ policies: ["root"], ttl: "1h" });
  expect(await create(short, { policies: ["root"] })).toBe(
    "expiring root tokens cannot create non-expiring root tokens",
  );
  expect(await create(short, { policies: ["root"], ttl: "10s" })).toBe("made");
  await vault.policy("maker", 'path "auth/token/create" { capabilities = ["update", "sudo"] }');
  const batch = await vault.token({ policies: ["maker"], type: "batch" });
  expect(await create(batch, {})).toBe("batch tokens cannot create more tokens");
});

test("a role's limits and those of the request: the lesser is taken, with a warning", async () => {
  await using vault = await TestVault.start();
  await vault.must("POST", "auth/token/roles/r", {
    body: { allowed_policies: "default", token_explicit_max_ttl: "2h", token_period: "1h" },
  });
  const { auth, warnings } = (
    await vault.must("POST", "auth/token/create/r", {
      body: { explicit_max_ttl: "1h", period: "2h" },
    })
  ).body;
  expect(auth.lease_duration).toBe(3600);
  expect(warnings).toEqual([
    "Explicit max TTL specified both during creation call and in role; using the lesser value of 3600 seconds",
    "Period specified both during creation call and in role; using the lesser value of 3600 seconds",
  ]);
});

test("what is said of tokens that are none, or of the batch kind", async () => {
  await using vault = await TestVault.start();
  const batch = await vault.token({ policies: ["default"], type: "batch" });
  const refused: [path: string, body: object, text: string][] = [
    ["lookup-accessor", {}, "1 error occurred:\n\t* missing accessor\n\n"],
    ["renew-accessor", { accessor: "none" }, "1 error occurred:\n\t* invalid accessor\n\n"],
    ["revoke", {}, "missing token ID"],
    ["revoke", { token: batch }, "batch tokens cannot be revoked"],
    ["revoke-orphan", { token: batch }, "batch tokens cannot be revoked"],
    ["revoke-orphan", { token: "none" }, "token to revoke not found"],
    ["renew", {}, "missing token ID"],
    ["renew", { token: "none" }, "token not found"],
    ["renew", { token: batch }, "batch tokens cannot be renewed"],
  ];
  for (const [path, body, text] of refused) {
    const reply = await vault.request("POST", `auth/token/${path}`, { body });
    expect([path, reply.status, reply.body.errors]).toEqual([path, 400, [text]]);
  }
  const gone = await vault.must("POST", "auth/token/revoke-accessor", {
    body: { accessor: "none" },
  });
  expect(gone.body.warnings).toEqual(["No token found with this accessor"]);
  const own = await vault.must("POST", "auth/token/lookup", { body: {} });
  expect(own.body.data).toMatchObject({ id: vault.rootToken, path: "auth/token/root" });
});
