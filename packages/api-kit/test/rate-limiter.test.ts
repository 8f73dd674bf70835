import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SharedWindow, createSharedWindow } from "../src/limiter/shared-window.ts";
import { type Application, startApplication } from "./application.ts";
import { eventually } from "./eventually.ts";

let api: Application;
const share = ({ context }: Application): SharedWindow => {
  const use: Parameters<typeof createSharedWindow>[0] = async (call) => context.redis.use(call);
  return createSharedWindow(use, use);
};
let shared: SharedWindow;
beforeEach(async () => {
  api = await startApplication();
  shared = share(api);
});
afterEach(async () => api[Symbol.asyncDispose]());

const request = () => ({
  name: `test:${randomUUID()}`,
  windowMs: 60_000,
  limit: 5,
  ask: true,
  fold: [],
});

describe("the window in Redis", () => {
  it("lets through as many as its limit, and no more, whoever asks at once", async () => {
    const asked = request();
    const others = share(api);
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => (n % 2 === 0 ? shared : others)(asked)),
    );
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(5);
    expect(Math.max(...answers.map(({ total }) => total))).toBe(5);
  });

  it("can be asked in the same breath as something else of its slot, right after the start", async () => {
    const asked = request();
    await api.context.redis.use(async () => undefined);
    const [, answer] = await Promise.all([
      api.context.redis.use(async (cluster) => cluster.get(`ratelimit:{${asked.name}}:total`)),
      shared(asked),
    ]);
    expect(answer).toMatchObject({ allowed: true, total: 1 });
  });

  it("makes room for exactly what leaves it", async () => {
    const asked = request();
    const aged = [
      { ageMs: 59_000, count: 2 },
      { ageMs: 10, count: 3 },
    ];
    const full = await shared({ ...asked, fold: aged });
    expect(full).toMatchObject({ allowed: false, total: 5 });
    expect(full.oldestAgeMs).toBeGreaterThanOrEqual(59_000);
    await eventually(async () =>
      expect(await shared({ ...asked, ask: false })).toMatchObject({ total: 3 }),
    );
    const answers = [await shared(asked), await shared(asked), await shared(asked)];
    expect(answers.map(({ allowed }) => allowed)).toEqual([true, true, false]);
  });

  it("does not count what it turned down", async () => {
    const asked = { ...request(), windowMs: 500 };
    await shared({ ...asked, ask: false, fold: [{ ageMs: 0, count: 5 }] });
    await eventually(async () => {
      const { allowed, total } = await shared(asked);
      // All five left at once; had those in between counted, it would not be the only one.
      expect({ allowed, total }).toEqual({ allowed: true, total: 1 });
    });
  });

  it("counts anew where its total was lost", async () => {
    const asked = request();
    await shared({ ...asked, ask: false, fold: [{ ageMs: 0, count: 4 }] });
    await api.context.redis.use(async (cluster) => cluster.del(`ratelimit:{${asked.name}}:total`));
    expect(await shared(asked)).toMatchObject({ allowed: true, total: 5 });
    expect(await shared(asked)).toMatchObject({ allowed: false, total: 5 });
  });

  it("goes with its requests", async () => {
    const asked = { ...request(), windowMs: 200 };
    await shared(asked);
    await eventually(async () =>
      expect(
        await api.context.redis.use(async (cluster) =>
          cluster.exists(`ratelimit:{${asked.name}}:requests`),
        ),
      ).toBe(0),
    );
  });
});

describe("an application", () => {
  const limits = { RATE_LIMIT_GENERAL: "30", RATE_LIMIT_HEALTH: "30" };
  /** How many of this many requests were let through; each one's limit is the same client's. */
  const letThrough = async (
    applications: readonly Application[],
    each: number,
  ): Promise<number> => {
    const answers = await Promise.all(
      applications.flatMap((one) =>
        Array.from({ length: each }, async () => one.ask("GET /nowhere")),
      ),
    );
    return answers.filter(({ status }) => status === 404).length;
  };
  const clear = async (): Promise<unknown> =>
    api.context.redis.use(async (cluster) =>
      Promise.all(
        ["requests", "total"].flatMap((part) =>
          ["general", "health", "metrics"].map(async (rateClass) =>
            cluster.del(`ratelimit:{reference-api:${rateClass}:127.0.0.1}:${part}`),
          ),
        ),
      ),
    );

  it("shares one window with another process of it", async () => {
    await clear();
    await using one = await startApplication({ env: limits });
    await using other = await startApplication({ env: limits });
    for (const { context } of [one, other]) await context.redis.use(async () => undefined);
    expect(await letThrough([one, other], 25)).toBe(30);
    const refused = await other.ask("GET /nowhere");
    expect(refused).toMatchObject({ status: 429, body: { error: "RateLimitError" } });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(refused.headers["x-ratelimit-remaining"]).toBe("0");
  });

  it("goes on alone where there is no Redis", async () => {
    const alone = { ...limits, REDIS_NODES: "127.0.0.1:1" };
    await using one = await startApplication({ env: alone });
    await using other = await startApplication({ env: alone });
    expect(await letThrough([one], 40)).toBe(30);
    expect(await letThrough([other], 40)).toBe(30);
  });

  it("counts /health/ in memory, and has it in the shared window soon after", async () => {
    await clear();
    const roomy = { RATE_LIMIT_HEALTH: "10000" };
    await using one = await startApplication({ env: roomy });
    for (let n = 0; n < 20; n++) expect((await one.ask("GET /health/")).status).toBe(200);
    await using other = await startApplication({ env: roomy });
    let own = 0;
    await eventually(async () => {
      const { headers } = await other.ask("GET /health/");
      own += 1;
      // More where Redis was slow to answer, and was told again.
      expect(10_000 - Number(headers["x-ratelimit-remaining"]) - own).toBeGreaterThanOrEqual(20);
    });
  });

  it("keeps its classes apart, and says what is left of each", async () => {
    await clear();
    await using one = await startApplication({ env: { ...limits, RATE_LIMIT_METRICS: "40" } });
    expect(await letThrough([one], 31)).toBe(30);
    const answers = await Promise.all(
      ["GET /nowhere", "GET /health/", "GET /metrics"].map(async (url) => one.ask(url)),
    );
    expect(answers.map(({ status }) => status)).toEqual([429, 200, 200]);
    expect(answers.map(({ headers }) => headers["x-ratelimit-limit"])).toEqual(["30", "30", "40"]);
    expect(answers[2]?.headers["x-ratelimit-remaining"]).toBe("39");
    expect(answers[2]?.headers["x-ratelimit-reset"]).toBe("60");
  });
});
