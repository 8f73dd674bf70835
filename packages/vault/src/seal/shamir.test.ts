import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { combineShares, splitKey } from "./shamir.ts";

test("one share is the key itself, in memory of its own", async () => {
  const key = randomBytes(32);
  const [share, ...more] = await splitKey(key, 1, 1);
  expect(more).toEqual([]);
  expect(share).toEqual(key);
  const again = await combineShares([share ?? Buffer.alloc(0)], 1);
  expect(again).toEqual(key);
  share?.fill(0);
  expect(again).toEqual(key);
  expect(key.equals(Buffer.alloc(32))).toBe(false);
});

test("any shares of the threshold's number give the key, fewer another", async () => {
  const key = randomBytes(32);
  const shares = await splitKey(key, 5, 3);
  expect(shares.map((share) => share.length)).toEqual([33, 33, 33, 33, 33]);
  expect(new Set(shares.map((share) => share[32])).size).toBe(5);
  const pick = (...at: number[]): Buffer[] => at.map((index) => shares[index] ?? Buffer.alloc(0));
  expect(await combineShares(pick(0, 1, 2), 3)).toEqual(key);
  expect(await combineShares(pick(4, 2, 0), 3)).toEqual(key);
  expect(await combineShares(pick(0, 1, 2, 3, 4), 3)).toEqual(key);
  expect(await combineShares(pick(0, 1), 3)).not.toEqual(key);
  await expect(combineShares([], 1)).rejects.toThrow();
});
