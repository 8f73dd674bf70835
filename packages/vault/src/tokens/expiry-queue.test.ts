import { expect, test } from "vitest";
import { TestCore } from "../../test/test-core.ts";
import { dequeueExpiry, enqueueExpiry, expiredBy } from "./expiry-queue.ts";

test("the queue gives what is due, oldest first, and when the next one is", async () => {
  await using vault = await TestCore.start();
  const by = (now: number): ReturnType<typeof expiredBy> => vault.read((tx) => expiredBy(tx, now));
  expect(by(Number.MAX_SAFE_INTEGER)).toEqual({ due: [], next: undefined });
  await vault.write((tx) => {
    enqueueExpiry(tx, 12_345_678_901_234, "far");
    enqueueExpiry(tx, 1000, "late");
    enqueueExpiry(tx, 999, "early");
    enqueueExpiry(tx, 1000, "also");
  });
  expect(by(998)).toEqual({ due: [], next: 999 });
  expect(by(999)).toEqual({ due: ["early"], next: 1000 });
  expect(by(1000)).toEqual({ due: ["early", "also", "late"], next: 12_345_678_901_234 });
  expect(by(12_345_678_901_234).next).toBeUndefined();
  await vault.write((tx) => {
    dequeueExpiry(tx, 1000, "also");
    dequeueExpiry(tx, 999, "late");
  });
  expect(by(1000).due).toEqual(["early", "late"]);
});
