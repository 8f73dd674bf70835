import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TestVault } from "../../test/test-vault.ts";
import { dataFile } from "../storage/lmdb-store.ts";

async function offer(
  vault: TestVault,
  key: string | undefined,
): Promise<{ status: number; body: any }> {
  return vault.request("PUT", "sys/unseal", { body: { key } });
}

describe("initialisation", () => {
  test("gives five shares of which three are needed, in hex and base64, once", async () => {
    await using vault = await TestVault.startEmpty();
    expect((await vault.request("GET", "sys/init")).body).toEqual({ initialized: false });
    expect((await vault.request("GET", "sys/health")).status).toBe(501);
    const none = await vault.request("PUT", "sys/init", { body: {} });
    expect([none.status, none.body.errors]).toEqual([
      400,
      ["invalid seal configuration: shares must be at least one"],
    ]);
    const { status, body } = await vault.request("PUT", "sys/init", {
      body: { secret_shares: 5, secret_threshold: 3 },
    });
    expect(status).toBe(200);
    expect(body.keys).toHaveLength(5);
    expect(body.keys.map((key: string) => Buffer.from(key, "hex").toString("base64"))).toEqual(
      body.keys_base64,
    );
    expect((await vault.request("GET", "sys/seal-status")).body).toMatchObject({
      t: 3,
      n: 5,
      sealed: true,
      initialized: true,
    });
    const again = await vault.request("PUT", "sys/init", {
      body: { secret_shares: 1, secret_threshold: 1 },
    });
    expect([again.status, again.body]).toEqual([400, { errors: ["Vault is already initialized"] }]);
  });

  test.each([
    [{ secret_shares: 2, secret_threshold: 3 }, "threshold cannot be larger than shares"],
    [
      { secret_shares: 3, secret_threshold: 1 },
      "threshold must be greater than one for multiple shares",
    ],
    [{ secret_shares: 256, secret_threshold: 3 }, "less than or equal to 255"],
    [{ secret_shares: 1, secret_threshold: 1, pgp_keys: ["x"] }, "PGP"],
    [{ recovery_shares: 1 }, "not applicable to seal type shamir"],
  ])("refuses %j", async (body, why) => {
    await using vault = await TestVault.startEmpty();
    const reply = await vault.request("PUT", "sys/init", { body });
    expect(reply.status).toBe(400);
    expect(reply.body.errors[0]).toContain(why);
    expect((await vault.request("GET", "sys/init")).body.initialized).toBe(false);
  });

  test("two at once make one vault", async () => {
    await using vault = await TestVault.startEmpty();
    const both = await Promise.all(
      [1, 2].map(() =>
        vault.request("PUT", "sys/init", { body: { secret_shares: 1, secret_threshold: 1 } }),
      ),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 400]);
  });
});

describe("unsealing", () => {
  test("counts different shares, in hex or base64, until there are enough", async () => {
    await using vault = await TestVault.start({ shares: 3, threshold: 2, unsealed: false });
    const [first = "", second = ""] = vault.keys;
    const one = await offer(vault, first);
    expect(one.body).toMatchObject({ sealed: true, progress: 1 });
    expect(one.body.nonce).not.toBe("");
    expect((await offer(vault, first)).body).toMatchObject({
      sealed: true,
      progress: 1,
      nonce: one.body.nonce,
    });
    const two = await offer(vault, Buffer.from(second, "hex").toString("base64"));
    expect(two.body).toMatchObject({ sealed: false, progress: 0, nonce: "" });
    expect((await vault.request("GET", "sys/health")).status).toBe(200);
  });

  test("any two of three will do", async () => {
    await using vault = await TestVault.start({ shares: 3, threshold: 2, unsealed: false });
    await offer(vault, vault.keys[2]);
    expect((await offer(vault, vault.keys[0])).body.sealed).toBe(false);
  });

  test("a bad share is found when there are enough, and all have to be given again", async () => {
    await using vault = await TestVault.start({ shares: 3, threshold: 2, unsealed: false });
    const bad = Buffer.from(vault.keys[0] ?? "", "hex");
    bad[5] = (bad[5] ?? 0) ^ 1;
    expect((await offer(vault, bad.toString("hex"))).status).toBe(200);
    expect((await offer(vault, vault.keys[1])).status).toBe(400);
    expect((await vault.request("GET", "sys/seal-status")).body).toMatchObject({
      sealed: true,
      progress: 0,
      nonce: "",
    });
    await offer(vault, vault.keys[0]);
    expect((await offer(vault, vault.keys[1])).body.sealed).toBe(false);
  });

  test("a reset forgets the shares", async () => {
    await using vault = await TestVault.start({ shares: 3, threshold: 2, unsealed: false });
    await offer(vault, vault.keys[0]);
    const reset = await vault.request("PUT", "sys/unseal", { body: { reset: true } });
    expect(reset.body).toMatchObject({ progress: 0, nonce: "" });
  });

  test.each([
    ["", "'key' must be specified"],
    ["zz!", "valid hex or base64"],
    ["abcd", "shorter than minimum"],
    ["ab".repeat(40), "longer than maximum"],
  ])("refuses the share %j", async (key, why) => {
    await using vault = await TestVault.start({ unsealed: false });
    const reply = await vault.request("PUT", "sys/unseal", { body: { key } });
    expect(reply.status).toBe(400);
    expect(reply.body.errors[0]).toContain(why);
  });
});

describe("sealing", () => {
  test("shuts everything but what says so, and opens again with what was stored", async () => {
    await using vault = await TestVault.start();
    await vault.must("POST", "cubbyhole/a", { body: { x: "kept" } });
    expect((await vault.request("PUT", "sys/seal")).status).toBe(204);
    expect((await vault.request("GET", "sys/health")).status).toBe(503);
    const refused = await vault.request("GET", "cubbyhole/a");
    expect([refused.status, refused.body]).toEqual([503, { errors: ["Vault is sealed"] }]);
    await vault.unseal();
    expect((await vault.request("GET", "cubbyhole/a")).body.data).toEqual({ x: "kept" });
  });

  test("needs sudo", async () => {
    await using vault = await TestVault.start();
    await vault.policy("sealer", `path "sys/seal" { capabilities = ["update"] }`);
    const token = await vault.token({ policies: ["sealer"] });
    expect((await vault.request("PUT", "sys/seal", { token })).status).toBe(403);
  });

  test("a rotated key encrypts what comes after, and what was there stays readable", async () => {
    await using vault = await TestVault.start();
    await vault.must("POST", "cubbyhole/before", { body: { x: 1 } });
    await vault.must("PUT", "sys/rotate");
    expect((await vault.request("GET", "sys/key-status")).body).toMatchObject({
      term: 2,
      data: { term: 2 },
    });
    await vault.must("POST", "cubbyhole/after", { body: { x: 2 } });
    await vault.restart();
    expect((await vault.request("GET", "cubbyhole/before")).body.data).toEqual({ x: 1 });
    expect((await vault.request("GET", "cubbyhole/after")).body.data).toEqual({ x: 2 });
  });
});

test("the storage shows neither secrets nor tokens nor keys", async () => {
  await using vault = await TestVault.start();
  await vault.must("POST", "cubbyhole/a", { body: { password: "correct-horse-battery" } });
  const token = await vault.token({ policies: ["default"] });
  await vault.server.stop();
  const stored = readFileSync(join(vault.folder, "data", dataFile)).toString("latin1");
  for (const secret of ["correct-horse-battery", token, vault.rootToken, vault.keys[0] ?? "?"]) {
    expect(stored).not.toContain(secret);
    expect(vault.log.join("\n")).not.toContain(secret);
  }
  expect(stored).not.toContain(Buffer.from(vault.keys[0] ?? "", "hex").toString("latin1"));
  await vault.open();
});
