import * as crypto from "node:crypto";
import { expect, test, vi } from "vitest";
import { Barrier } from "../barrier/barrier.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { SealManager } from "./seal-manager.ts";

vi.mock("node:crypto", async (importOriginal) => {
  const real = await importOriginal<typeof crypto>();
  return { ...real, timingSafeEqual: vi.fn(real.timingSafeEqual) };
});

test("a share is compared with those given before by what takes the same time whatever differs", async () => {
  const store = new MemoryStore();
  const seals = new SealManager(store, new Barrier(store), () => new Date());
  const { keys, writes } = await seals.initialise(4, 4);
  await store.apply(writes);
  seals.seal();
  const others = (["equals", "compare", "indexOf"] as const).map((name) =>
    vi.spyOn(Buffer.prototype, name),
  );
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = keys;
  const offers = [first, second, first].map((share) => Buffer.from(share));
  for (const share of offers) await seals.offer(share);
  const compared = vi.mocked(crypto.timingSafeEqual).mock.calls;
  const uncounted = others.map((spy) => spy.mock.calls.length);
  expect(compared).toEqual([
    [first, second],
    [first, first],
  ]);
  expect(uncounted).toEqual([0, 0, 0]);
  expect(seals.progress().progress).toBe(2);
});
