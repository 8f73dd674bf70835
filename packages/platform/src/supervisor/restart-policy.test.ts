import { expect, it } from "vitest";
import { RestartPolicy } from "./restart-policy.ts";

it("waits 1, 2, 4 … s, and gives up at the end of the fifth restart within a minute", () => {
  const policy = new RestartPolicy();
  let nowMs = 0;
  const pauses = [1, 2, 3, 4, 5, 6].map(() => {
    const pauseMs = policy.next(nowMs);
    nowMs += pauseMs ?? 0;
    return pauseMs;
  });
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, undefined]);
});

it("begins again after a quiet minute, and never gives up on what ends now and then", () => {
  const policy = new RestartPolicy();
  expect([0, 100].map((ms) => policy.next(ms))).toEqual([1000, 2000]);
  expect(policy.next(60_100)).toBe(1000);
  const everyQuarter = Array.from({ length: 20 }, (_, index) =>
    policy.next(200_000 + index * 15_000),
  );
  expect(everyQuarter.slice(4)).toEqual(Array.from({ length: 16 }, () => 8000));
});
