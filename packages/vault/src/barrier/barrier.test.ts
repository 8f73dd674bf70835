import { createSecretKey, randomBytes } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { BarrierIntegrityError, decryptEntry, encryptEntry } from "./aes-gcm.ts";
import { Barrier } from "./barrier.ts";
import { Keyring } from "./keyring.ts";
import { MemoryStore } from "../storage/memory-store.ts";

const now = new Date("2026-03-01T12:00:00Z");
const later = new Date("2026-04-01T12:00:00Z");
const rootKey = createSecretKey(randomBytes(32));

async function start(): Promise<{ store: MemoryStore; barrier: Barrier }> {
  const store = new MemoryStore();
  const barrier = new Barrier(store);
  await store.apply([barrier.initialise(rootKey, now)]);
  return { store, barrier };
}

async function put(barrier: Barrier, key: string, text: string): Promise<void> {
  const tx = barrier.begin();
  tx.put(key, Buffer.from(text));
  await tx.commit();
}

describe("a barrier", () => {
  test("is sealed until it has keys, and again without them", async () => {
    const store = new MemoryStore();
    const barrier = new Barrier(store);
    expect([barrier.sealed, barrier.initialised]).toEqual([true, false]);
    await store.apply([barrier.initialise(rootKey, now)]);
    expect([barrier.sealed, barrier.initialised]).toEqual([false, true]);
    await put(barrier, "a", "secret");
    barrier.seal();
    expect([barrier.sealed, barrier.initialised]).toEqual([true, true]);
    for (const touch of [
      () => barrier.activeTerm,
      () => barrier.encrypt("a", Buffer.from("x")),
      () => barrier.begin().get("a"),
      () => barrier.isDamaged("a"),
    ])
      expect(touch).toThrow(
        expect.objectContaining({
          name: "BarrierSealedError",
          message: "Vault is sealed",
        }) as Error,
      );
    await expect(barrier.rotate(rootKey, now)).rejects.toThrow("Vault is sealed");
    barrier.unseal(rootKey);
    expect(barrier.begin().get("a")?.toString()).toBe("secret");
  });

  test("does not open with another key, or where there is no keyring", async () => {
    const { store, barrier } = await start();
    barrier.seal();
    expect(() => barrier.unseal(createSecretKey(randomBytes(32)))).toThrow(BarrierIntegrityError);
    expect(barrier.sealed).toBe(true);
    await store.apply([{ key: "core/keyring", value: undefined }]);
    expect(() => barrier.unseal(rootKey)).toThrow("there is no keyring");
  });

  test("keeps what was written before a rotation readable, also after an unsealing", async () => {
    const { barrier } = await start();
    await put(barrier, "before", "1");
    expect(barrier.activeTerm).toEqual({ term: 1, installed: now.toISOString() });
    await barrier.rotate(rootKey, later);
    expect(barrier.activeTerm).toEqual({ term: 2, installed: later.toISOString() });
    await put(barrier, "after", "2");
    barrier.seal();
    barrier.unseal(rootKey);
    expect(barrier.activeTerm.term).toBe(2);
    const tx = barrier.begin();
    expect(["before", "after"].map((key) => tx.get(key)?.toString())).toEqual(["1", "2"]);
  });

  test("uses no new term that is not stored", async () => {
    const { store, barrier } = await start();
    vi.spyOn(store, "apply").mockRejectedValueOnce(new Error("disk full"));
    await expect(barrier.rotate(rootKey, later)).rejects.toThrow("disk full");
    expect(barrier.activeTerm.term).toBe(1);
  });

  test("refuses an entry of a term that it has not", async () => {
    const { barrier } = await start();
    const foreign = encryptEntry(rootKey, 9, "a", Buffer.from("x"));
    expect(() => barrier.decrypt("a", foreign)).toThrow(
      new BarrierIntegrityError("an entry's key is not in the keyring"),
    );
  });

  test("tells what is damaged: changed, moved, or of no known format", async () => {
    const { store, barrier } = await start();
    for (const key of ["good", "changed", "moved"]) await put(barrier, key, key);
    const entry = (key: string): Uint8Array => store.get(key) ?? Buffer.alloc(0);
    await store.apply([{ key: "elsewhere", value: entry("moved") }]);
    await store.apply([{ key: "short", value: Buffer.from("short") }]);
    const changed = Buffer.from(entry("changed"));
    changed[20] = (changed[20] ?? 0) ^ 1;
    await store.apply([{ key: "changed", value: changed }]);
    const keys = ["good", "moved", "gone", "core/keyring", "changed", "elsewhere", "short"];
    expect(keys.filter((key) => barrier.isDamaged(key))).toEqual(["changed", "elsewhere", "short"]);
  });
});

test("no plaintext of a key or a checked entry is left in memory", async () => {
  const serialise = vi.spyOn(Keyring.prototype, "serialise");
  const { barrier } = await start();
  const parse = vi.spyOn(Keyring, "parse");
  barrier.unseal(rootKey);
  const decrypt = vi.spyOn(barrier, "decrypt");
  await put(barrier, "a", "secret");
  expect(barrier.isDamaged("a")).toBe(false);
  const left = [
    serialise.mock.results[0]?.value as Buffer,
    parse.mock.calls[0]?.[0],
    decrypt.mock.results[0]?.value as Buffer,
  ];
  vi.restoreAllMocks();
  expect(left.map((bytes) => bytes?.length)).toEqual([48, 48, 6]);
  for (const bytes of left) expect(bytes?.every((byte) => byte === 0)).toBe(true);
});

test("what was decrypted of an entry that turns out changed is wiped", () => {
  const entry = encryptEntry(rootKey, 1, "a", Buffer.from("a secret"));
  entry[entry.length - 1] = (entry.at(-1) ?? 0) ^ 1;
  const fill = vi.spyOn(Buffer.prototype, "fill");
  expect(() => decryptEntry(rootKey, "a", entry)).toThrow('the entry at "a" does not decrypt');
  const wiped = fill.mock.contexts.map((bytes) => (bytes as Buffer).length);
  fill.mockRestore();
  expect(wiped).toContain("a secret".length);
});
