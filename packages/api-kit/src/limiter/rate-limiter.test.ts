import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RateLimiter, type RateVerdict } from "./rate-limiter.ts";
import type { SharedRequest } from "./shared-window.ts";
import { SlidingWindow } from "./sliding-window.ts";

let now: number;
let told: SharedRequest[];
let limiter: RateLimiter;
const check = async (client = "a"): Promise<RateVerdict> => limiter.check("general", client);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  now = 1_000_000;
  told = [];
  limiter = new RateLimiter({
    name: "test",
    limits: { general: 5, health: 3, metrics: 100 },
    shared: async (request) => {
      told.push(request);
      throw new Error("no Redis");
    },
    now: () => now,
  });
});
afterEach(() => {
  limiter[Symbol.dispose]();
  vi.useRealTimers();
});

it("slides: room is made when the very request leaves, and not before", async () => {
  for (let n = 0; n < 5; n++) {
    expect((await check()).allowed).toBe(true);
    now += 1000;
  }
  now += 54_999; // the first is 59,999 ms old
  expect(await check()).toMatchObject({ allowed: false, remaining: 0, resetSeconds: 1 });
  now += 1;
  expect((await check()).allowed).toBe(true);
  expect((await check()).allowed).toBe(false);
});

it("tells what is left, and when there will be more", async () => {
  expect(await check()).toEqual({ allowed: true, limit: 5, remaining: 4, resetSeconds: 60 });
  now += 30_500;
  expect(await check()).toEqual({ allowed: true, limit: 5, remaining: 3, resetSeconds: 30 });
});

it("counts each client for itself", async () => {
  for (let n = 0; n < 6; n++) await check("a");
  expect((await check("a")).allowed).toBe(false);
  expect((await check("b")).allowed).toBe(true);
});

it("answers health at once, and asks nobody", () => {
  const verdicts = [1, 2, 3, 4].map(() => limiter.check("health", "a"));
  expect(verdicts.map((verdict) => verdict instanceof Promise)).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(verdicts.map((verdict) => (verdict as RateVerdict).allowed)).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(told).toEqual([]);
});

it("tells Redis at once of what it let through without asking", () => {
  expect(limiter.check("metrics", "a")).not.toBeInstanceOf(Promise); // far from its limit
  expect(told).toMatchObject([
    { name: "test:metrics:a", ask: false, fold: [{ ageMs: 0, count: 1 }] },
  ]);
});

it("tells Redis of health within a second", () => {
  for (let n = 0; n < 2; n++) void limiter.check("health", "a");
  now += 1000;
  vi.advanceTimersByTime(1000);
  expect(told).toMatchObject([
    { name: "test:health:a", ask: false, fold: [{ ageMs: 1000, count: 2 }] },
  ]);
});

it("tells later what Redis did not hear, and nothing that has left the window", async () => {
  await check();
  now += 1000;
  await check();
  const ages = told.at(-1)?.fold.map(({ ageMs }) => ageMs);
  expect(ages).toEqual([1000]);
  now += 60_000;
  await check();
  expect(told.at(-1)?.fold).toEqual([]);
});

it("keeps its memory by the window's milliseconds, not by the requests", () => {
  const window = new SlidingWindow(60_000);
  for (let n = 0; n < 200_000; n++) window.add(Math.floor(n / 2));
  expect(window.total(99_999)).toBe(120_000);
  expect(window.total(159_998)).toBe(2);
  expect(window.total(159_999)).toBe(0);
  expect(window.oldest).toBeUndefined();
});
