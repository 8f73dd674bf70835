import { describe, expect, test } from "vitest";
import { plan, TestCore } from "../../test/test-core.ts";
import type { TokenEntry, TokenPlan } from "./token-entry.ts";
import { cubbyholePrefix, type NewToken } from "./token-store.ts";

function make(vault: TestCore, given: Partial<TokenPlan> = {}, id?: string): Promise<NewToken> {
  return vault.write((tx) => vault.core.tokens.create(tx, plan(given), id));
}

function lookup(vault: TestCore, { id }: NewToken): TokenEntry | undefined {
  return vault.read((tx) => vault.core.tokens.lookup(tx, id));
}

/** Names of everything that is stored of tokens, but for the root token's. */
function stored(vault: TestCore): string[] {
  const root = vault.read((tx) => vault.core.tokens.lookup(tx, vault.rootToken));
  return vault
    .read((tx) => [...tx.view("sys/token/").walk(), ...tx.view("sys/expire/").walk()])
    .filter((name) => !name.endsWith(root?.hash ?? "?") && !name.endsWith(root?.accessor ?? "?"))
    .filter((name) => name !== "salt");
}

async function family(vault: TestCore): Promise<[NewToken, NewToken, NewToken]> {
  const parent = await make(vault);
  const child = await make(vault, { parent: parent.entry.hash, creationTtl: 0 });
  return [parent, child, await make(vault, { parent: child.entry.hash })];
}

describe("a new token", () => {
  test("is stored under a salted hash, with its times", async () => {
    await using vault = await TestCore.start();
    const made = await make(vault);
    expect(made.id).toMatch(/^hvs\.[0-9A-Za-z]{28}$/);
    expect(made.entry).toEqual({
      ...plan(),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      accessor: expect.stringMatching(/^[0-9A-Za-z]{24}$/),
      created: vault.now,
      expires: vault.now + 3_600_000,
    });
    expect(lookup(vault, made)).toEqual(made.entry);
    expect(vault.read((tx) => vault.core.tokens.hash(tx, made.id))).toBe(made.entry.hash);
    expect(stored(vault).toSorted()).toEqual(
      [
        `accessor/${made.entry.accessor}`,
        `id/${made.entry.hash}`,
        `0${made.entry.expires}/${made.entry.hash}`,
      ].toSorted(),
    );
  });

  test("may have an id that was chosen, and no end", async () => {
    await using vault = await TestCore.start();
    const made = await make(vault, { creationTtl: 0 }, "mine");
    expect(made.id).toBe("mine");
    expect(made.entry.expires).toBe(0);
    vault.advance(1e9);
    expect(lookup(vault, made)).toEqual(made.entry);
    expect(stored(vault)).toHaveLength(2);
  });

  test("of the batch kind is nowhere, and ends by itself and with its parent", async () => {
    await using vault = await TestCore.start();
    const parent = await make(vault, { creationTtl: 0 });
    const before = stored(vault);
    const orphan = await make(vault, { type: "batch" });
    const child = await make(vault, { type: "batch", parent: parent.entry.hash });
    expect(stored(vault)).toEqual(before);
    expect(orphan.entry).toMatchObject({ hash: "", accessor: "", expires: vault.now + 3_600_000 });
    expect(lookup(vault, orphan)).toEqual(orphan.entry);
    expect(lookup(vault, child)).toEqual(child.entry);
    await vault.write((tx) => vault.core.tokens.revokeTree(tx, parent.entry.hash));
    expect(lookup(vault, child)).toBeUndefined();
    expect(lookup(vault, orphan)).toEqual(orphan.entry);
    vault.advance(3600);
    expect(lookup(vault, orphan)).toBeUndefined();
  });

  test("is known again after sealing, by the same hash", async () => {
    await using vault = await TestCore.start();
    const made = await make(vault);
    vault.core.seal();
    await vault.unseal();
    expect(lookup(vault, made)).toEqual(made.entry);
  });
});

test("a salt is forgotten with the seal: another storage has another", async () => {
  await using one = await TestCore.start();
  await using other = await TestCore.start();
  const hash = (vault: TestCore): string => vault.read((tx) => vault.core.tokens.hash(tx, "x"));
  expect(hash(one)).not.toBe(hash(other));
  const before = hash(one);
  await one.write((tx) => tx.put("sys/token/salt", Buffer.from("another")));
  expect(hash(one)).toBe(before);
  one.core.tokens.forget();
  expect(hash(one)).not.toBe(before);
});

describe("a token is found", () => {
  test("until the moment that it expires", async () => {
    await using vault = await TestCore.start();
    const made = await make(vault);
    vault.advance(3599.999);
    expect(lookup(vault, made)).toBeDefined();
    vault.advance(0.001);
    expect(lookup(vault, made)).toBeUndefined();
  });

  test("by its accessor, while it lives", async () => {
    await using vault = await TestCore.start();
    const { entry } = await make(vault);
    const find = (accessor: string): TokenEntry | undefined =>
      vault.read((tx) => vault.core.tokens.lookupAccessor(tx, accessor));
    expect(find(entry.accessor)).toEqual(entry);
    for (const wrong of ["", entry.hash, `${entry.accessor}/`, "../id", "\ud800", "\0"])
      expect(find(wrong)).toBeUndefined();
    expect(vault.read((tx) => vault.core.tokens.accessors(tx))).toContain(entry.accessor);
    vault.advance(3600);
    expect(find(entry.accessor)).toBeUndefined();
  });

  test("from the addresses that it is bound to", async () => {
    await using vault = await TestCore.start();
    const { id, entry } = await make(vault, { boundCidrs: ["10.0.0.0/8"] });
    const from = (address: string, token = id): TokenEntry | undefined =>
      vault.read((tx) => vault.core.tokens.lookupFrom(tx, token, address));
    expect(from("10.1.2.3")).toEqual(entry);
    expect(from("127.0.0.1")).toBeUndefined();
    expect(from("10.1.2.3", "hvs.other")).toBeUndefined();
  });
});

describe("uses", () => {
  test("are taken one by one, and the last leaves a token that is none", async () => {
    await using vault = await TestCore.start();
    const made = await make(vault, { numUses: 2 });
    const { tokens } = vault.core;
    const once = await vault.write((tx) => tokens.spend(tx, made.entry));
    expect(once.numUses).toBe(1);
    expect(lookup(vault, made)).toEqual(once);
    const twice = await vault.write((tx) => tokens.spend(tx, once));
    expect(twice.numUses).toBe(-1);
    expect(lookup(vault, made)).toBeUndefined();
    expect(vault.read((tx) => tokens.createdUnder(tx, ""))).toEqual([]);
  });

  test("are not counted where any number is allowed", async () => {
    await using vault = await TestCore.start();
    const { entry } = await make(vault);
    expect(await vault.write((tx) => vault.core.tokens.spend(tx, entry))).toBe(entry);
  });
});

test("a renewal moves the end, and the place in the queue", async () => {
  await using vault = await TestCore.start();
  const made = await make(vault);
  vault.advance(100);
  const renewed = await vault.write((tx) => vault.core.tokens.renew(tx, made.entry, 7000));
  expect(renewed).toEqual({
    ...made.entry,
    expires: vault.now + 7_000_000,
    lastRenewed: vault.now,
  });
  expect(lookup(vault, made)).toEqual(renewed);
  expect(stored(vault).filter((name) => name.startsWith("0"))).toEqual([
    `0${renewed.expires}/${renewed.hash}`,
  ]);
});

describe("revocation", () => {
  test("takes all below a token, with its cubbyhole, and leaves nothing", async () => {
    await using vault = await TestCore.start();
    const [parent, child, grandchild] = await family(vault);
    const cubbyhole = cubbyholePrefix(grandchild.entry.hash);
    expect(cubbyhole).toBe(`sys/token/cubbyhole/${grandchild.entry.hash}/`);
    await vault.write((tx) => tx.put(`${cubbyhole}a/b`, Buffer.from("1")));
    const other = await make(vault);
    await vault.write((tx) => vault.core.tokens.revokeTree(tx, parent.entry.hash));
    expect([parent, child, grandchild].map((token) => lookup(vault, token))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(lookup(vault, other)).toBeDefined();
    expect(stored(vault)).toHaveLength(3);
    expect(stored(vault).every((name) => /id|accessor|^0/.test(name))).toBe(true);
  });

  test("of a child leaves its parent, and no trace below it", async () => {
    await using vault = await TestCore.start();
    const [parent, child, grandchild] = await family(vault);
    await vault.write((tx) => vault.core.tokens.revokeTree(tx, child.entry.hash));
    expect(lookup(vault, parent)).toBeDefined();
    expect(lookup(vault, grandchild)).toBeUndefined();
    expect(stored(vault)).toHaveLength(3);
  });

  test("of a token alone makes its children orphans, which nothing ends any more", async () => {
    await using vault = await TestCore.start();
    const [parent, child, grandchild] = await family(vault);
    await vault.write((tx) => vault.core.tokens.revokeOrphaning(tx, parent.entry.hash));
    expect(lookup(vault, parent)).toBeUndefined();
    expect(lookup(vault, child)).toEqual({ ...child.entry, parent: "" });
    expect(lookup(vault, grandchild)).toEqual(grandchild.entry);
    expect(stored(vault).filter((name) => name.startsWith("parent/"))).toEqual([
      `parent/${child.entry.hash}/${grandchild.entry.hash}`,
    ]);
  });

  test("by path takes what was given out there, and below, and nothing beside", async () => {
    await using vault = await TestCore.start();
    const login = await make(vault, { path: "auth/a/login" });
    const below = await make(vault, { parent: login.entry.hash, path: "auth/a/b/login" });
    const beside = await make(vault, { path: "auth/ab/login" });
    const { tokens } = vault.core;
    const under = (path: string): string[] =>
      vault.read((tx) => tokens.createdUnder(tx, path).map(({ hash }) => hash)).toSorted();
    expect(under("auth/a/")).toEqual([login.entry.hash, below.entry.hash].toSorted());
    expect(under("auth/a/login/")).toEqual([login.entry.hash]);
    expect(under("")).toHaveLength(3);
    await vault.write((tx) => tokens.revokeByPath(tx, "auth/a/"));
    expect([login, below, beside].map((token) => lookup(vault, token) !== undefined)).toEqual([
      false,
      false,
      true,
    ]);
    expect(vault.read((tx) => tokens.lookup(tx, vault.rootToken))).toBeDefined();
  });

  test("of what went in the same piece already does nothing more", async () => {
    await using vault = await TestCore.start();
    const [parent, child] = await family(vault);
    const { tokens } = vault.core;
    await vault.write((tx) => {
      tokens.revokeTree(tx, parent.entry.hash);
      tokens.revokeTree(tx, child.entry.hash);
      tokens.revokeOrphaning(tx, child.entry.hash);
    });
    expect(stored(vault)).toEqual([]);
  });

  test("by tidying takes what has expired or is spent, and nothing else", async () => {
    await using vault = await TestCore.start();
    await make(vault, { creationTtl: 10 });
    const spent = await make(vault, { numUses: 1 });
    const good = await make(vault);
    await vault.write((tx) => vault.core.tokens.spend(tx, spent.entry));
    vault.advance(10);
    await vault.write((tx) => vault.core.tokens.tidy(tx));
    expect(lookup(vault, good)).toBeDefined();
    expect(stored(vault)).toHaveLength(3);
  });
});
