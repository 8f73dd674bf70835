import { expect, test } from "vitest";
import { Barrier } from "../barrier/barrier.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { SealManager, unencryptedPaths } from "./seal-manager.ts";

const now = new Date("2026-03-01T12:00:00Z");
const zeros = (bytes: Buffer | undefined): boolean => bytes?.every((byte) => byte === 0) ?? false;

interface Sealed {
  readonly store: MemoryStore;
  readonly barrier: Barrier;
  readonly seals: SealManager;
  readonly keys: Buffer[];
}

async function start(shares: number, threshold: number): Promise<Sealed> {
  const store = new MemoryStore();
  const barrier = new Barrier(store);
  const seals = new SealManager(store, barrier, () => now);
  const { keys, writes } = await seals.initialise(shares, threshold);
  await store.apply(writes);
  seals.seal();
  return { store, barrier, seals, keys };
}

test("what is read before there is a key says when and how, and nothing of the keys", async () => {
  const { store } = await start(3, 2);
  expect(unencryptedPaths).toEqual(["core/seal-config", "core/root-key"]);
  expect([...store.keys()]).toEqual(["core/keyring", "core/root-key", "core/seal-config"]);
  const config = store.get("core/seal-config");
  expect(JSON.parse(Buffer.from(config ?? []).toString())).toEqual({
    shares: 3,
    threshold: 2,
    created: now.toISOString(),
  });
});

test("the barrier is open from the initialisation on, and can be rotated", async () => {
  const barrier = new Barrier(new MemoryStore());
  const seals = new SealManager(new MemoryStore(), barrier, () => now);
  await expect(seals.rotate()).rejects.toMatchObject({ status: 503 });
  await seals.initialise(1, 1);
  expect(barrier.sealed).toBe(false);
  await seals.rotate();
  expect(barrier.activeTerm).toEqual({ term: 2, installed: now.toISOString() });
});

test("progress counts different shares, under one nonce", async () => {
  const { seals, keys, barrier } = await start(5, 3);
  expect(seals.progress()).toEqual({ shares: 5, threshold: 3, progress: 0, nonce: "" });
  const offer = (index: number): Promise<boolean> =>
    seals.offer(Buffer.from(keys[index] ?? Buffer.alloc(0)));
  expect(await offer(0)).toBe(false);
  const { nonce } = seals.progress();
  expect(nonce).toMatch(/^[0-9a-f-]{36}$/);
  expect(await offer(0)).toBe(false);
  expect(await offer(1)).toBe(false);
  expect(seals.progress()).toEqual({ shares: 5, threshold: 3, progress: 2, nonce });
  seals.reset();
  expect(seals.progress()).toMatchObject({ progress: 0, nonce: "" });
  for (const index of [3, 4]) await offer(index);
  expect(barrier.sealed).toBe(true);
  expect(await offer(1)).toBe(true);
  expect(barrier.sealed).toBe(false);
  expect(seals.progress()).toMatchObject({ progress: 0, nonce: "" });
  await seals.rotate();
  seals.seal();
  await expect(seals.rotate()).rejects.toMatchObject({ status: 503 });
});

test("shares are wiped: by a reset, by the seal, when they open and when they don't", async () => {
  const { seals, keys } = await start(3, 2);
  const share = (index: number): Buffer => Buffer.from(keys[index] ?? Buffer.alloc(0));
  const byReset = share(0);
  await seals.offer(byReset);
  seals.reset();
  const bySeal = share(0);
  await seals.offer(bySeal);
  seals.seal();
  const bad = share(1);
  bad[3] = (bad[3] ?? 0) ^ 1;
  const failed = [share(0), bad];
  await seals.offer(failed[0] ?? bad);
  await expect(seals.offer(bad)).rejects.toMatchObject({
    status: 400,
    errors: ["unseal failed, invalid key"],
  });
  const opened = [share(0), share(2)];
  for (const part of opened) await seals.offer(part);
  for (const part of [byReset, bySeal, ...failed, ...opened]) expect(zeros(part)).toBe(true);
});

test.each([
  [15, "invalid key: key is shorter than minimum 16 bytes"],
  [34, "invalid key: key is longer than maximum 33 bytes"],
])("a share of %d bytes is none", async (size, why) => {
  const { seals } = await start(3, 2);
  await expect(seals.offer(Buffer.alloc(size, 1))).rejects.toMatchObject({
    status: 400,
    errors: [why],
  });
  expect(seals.progress().progress).toBe(0);
});

test.each([16, 33])("a share of %d bytes may be one", async (size) => {
  const { seals } = await start(3, 2);
  expect(await seals.offer(Buffer.alloc(size, 1))).toBe(false);
  expect(seals.progress().progress).toBe(1);
});

test("shares of different lengths are different ones, and open nothing", async () => {
  const { seals, barrier } = await start(3, 2);
  await seals.offer(Buffer.alloc(20, 1));
  await expect(seals.offer(Buffer.alloc(21, 1))).rejects.toMatchObject({ status: 400 });
  expect(barrier.sealed).toBe(true);
});

test("a key of the wrong size opens nothing, and says so to the log alone", async () => {
  const { seals } = await start(1, 1);
  await expect(seals.offer(Buffer.alloc(16, 1))).rejects.toMatchObject({
    status: 400,
    errors: ["unseal failed, invalid key"],
    cause: new Error("the shares give a key of the wrong size"),
  });
});

test("without a root key, or before there is anything, nothing opens", async () => {
  const { seals, store, keys } = await start(1, 1);
  await store.apply([{ key: "core/root-key", value: undefined }]);
  await expect(seals.offer(Buffer.from(keys[0] ?? []))).rejects.toMatchObject({
    status: 400,
    cause: new Error("the storage has no root key"),
  });
  const empty = new MemoryStore();
  const nothing = new SealManager(empty, new Barrier(empty), () => now);
  expect(nothing.progress()).toEqual({ shares: 0, threshold: 0, progress: 0, nonce: "" });
  await expect(nothing.offer(Buffer.alloc(32, 1))).rejects.toMatchObject({
    status: 400,
    errors: ["Vault is not initialized"],
  });
});

test("the seal takes the keys out of the barrier, and frees their memory at once", async () => {
  const { seals, barrier, keys } = await start(1, 1);
  await seals.offer(Buffer.from(keys[0] ?? []));
  const freed = (() => new WeakRef({ what: "nothing refers to" }))();
  await new Promise(setImmediate);
  seals.seal();
  expect(barrier.sealed).toBe(true);
  expect(freed.deref()).toBeUndefined();
});
