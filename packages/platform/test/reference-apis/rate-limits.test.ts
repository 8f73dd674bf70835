import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStackHandle } from "../../src/app/stack-handle.ts";
import type { Stack } from "../../src/app/stack.ts";
import { startForTests } from "../../src/app/test-suites.ts";
import { createThrowawayStack } from "../../src/app/throwaway-stack.ts";
import { eventually } from "../../src/shared/eventually.ts";
import type { StackHandle } from "../../src/suites/stack-handle.ts";
import type { ApiAnswer } from "../../src/suites/clients/api-client.ts";
import { redisInstances } from "../../src/suites/clients/redis-client.ts";
import { likeStack } from "../like-stack.ts";
import { type ApiProcess, apiNames, startApi } from "./api-process.ts";
import { expectEnvelope } from "./expect-clean.ts";

let stack: Stack & AsyncDisposable;
let handle: StackHandle;

beforeAll(async () => {
  stack = await createThrowawayStack(await likeStack());
  await startForTests(stack, ["vault", "redis"]);
  handle = await openStackHandle(stack);
});
afterAll(async () => stack[Symbol.asyncDispose]());

describe.each(apiNames)("%s, in two processes", (api) => {
  const limits = { RATE_LIMIT_GENERAL: "10", RATE_LIMIT_METRICS: "1000" };
  const use = new AsyncDisposableStack();
  let one: ApiProcess;
  let other: ApiProcess;

  beforeAll(async () => {
    one = use.use(await startApi(stack, api, limits));
    other = use.use(await startApi(stack, api, limits));
    for (const process of [one, other]) await knowsRedis(process);
  });
  afterAll(async () => use.disposeAsync());

  it("has the other know of what one let through without asking", async () => {
    for (let count = 0; count < 20; count += 1)
      expect((await one.ask("/metrics")).status).toBe(200);
    let own = 0;
    await eventually(
      async () => {
        const counted = 1000 - remainingOf(await other.ask("/metrics"));
        own += 1;
        // More where Redis was slow to answer, and was told again.
        expect(counted - own).toBeGreaterThanOrEqual(20);
      },
      { deadlineMs: 10_000 },
    );
  });

  it("shares one window between them, and says 429 in both", async () => {
    const remaining: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      const answer = await (count % 2 === 0 ? one : other).ask("/");
      expect(answer.status).toBe(200);
      expect(answer.headers["x-ratelimit-limit"]).toBe("10");
      remaining.push(remainingOf(answer));
    }
    expect(remaining).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    for (const process of [one, other]) {
      const refused = await process.ask("/");
      expect(refused.status).toBe(429);
      expectEnvelope(refused, "429");
      const seconds = Number(refused.headers["retry-after"]);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(60);
      expect(refused.headers["x-ratelimit-remaining"]).toBe("0");
      // Other classes have windows of their own.
      expect((await process.ask("/health/")).status).toBe(200);
      expect((await process.ask("/metrics")).status).toBe(200);
    }
  });
});

describe.each(apiNames)("%s", (api) => {
  it("counts by itself in each process while Redis is gone", async () => {
    const limit = { RATE_LIMIT_GENERAL: "5" };
    await using one = await startApi(stack, api, limit);
    await using other = await startApi(stack, api, limit);
    for (const instance of redisInstances) await handle.signal(instance, "SIGSTOP");
    try {
      const statusesOf = async (process: ApiProcess): Promise<readonly number[]> => {
        const statuses: number[] = [];
        for (let count = 0; count < 7; count += 1) statuses.push((await process.ask("/")).status);
        return statuses;
      };
      const alone = [200, 200, 200, 200, 200, 429, 429];
      expect(await Promise.all([one, other].map(statusesOf))).toEqual([alone, alone]);
    } finally {
      for (const instance of redisInstances) await handle.signal(instance, "SIGCONT");
    }
  });
});

function remainingOf({ headers }: ApiAnswer): number {
  return Number(headers["x-ratelimit-remaining"]);
}

/** A process counts in memory until it has reached Redis. */
async function knowsRedis(process: ApiProcess): Promise<void> {
  await eventually(
    async () => expect((await process.ask("/health/redis")).json?.["status"]).toBe("healthy"),
    { deadlineMs: 30_000 },
  );
}
