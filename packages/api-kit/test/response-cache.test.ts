import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { cacheKey } from "../src/cache/cache-key.ts";
import { type Application, startApplication } from "./application.ts";
import { closedDoor } from "./closed-door.ts";
import { eventually } from "./eventually.ts";
import { askVault } from "./vault-administrator.ts";

let api: Application;
beforeAll(async () => {
  await askVault("POST", "secret/data/test-cached", { data: { colour: "blue" } });
  api = await startApplication();
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await askVault("DELETE", "secret/metadata/test-cached");
});
beforeEach(async () => void (await api.context.cache.clear()));

const url = "GET /examples/vault/secret/test-cached";
const key = cacheKey({
  implementation: "reference-api",
  namespace: "vault",
  operation: "getSecret",
  params: { service_name: "test-cached" },
  query: {},
});
const ttlOf = async (name: string): Promise<number> =>
  api.context.redis.use(async (cluster) => cluster.ttl(name));
/** The answer is sent before it is kept. */
const fill = async (): Promise<void> => {
  await api.ask(url);
  await eventually(async () => expect(await ttlOf(key)).toBeGreaterThan(0));
};

describe("an endpoint", () => {
  it("misses first, then hits, with the very same bytes", async () => {
    const first = await api.ask(url);
    expect(first.headers["x-cache"]).toBe("MISS");
    await eventually(async () => {
      const second = await api.ask(url);
      expect(second.headers["x-cache"]).toBe("HIT");
      expect(second.text).toBe(first.text);
      expect(second.headers["content-type"]).toBe(first.headers["content-type"]);
      expect(second.headers["etag"]).toBe(first.headers["etag"]);
    });
  });

  it("answers 304, with no body, to whoever has that state already", async () => {
    const { etag } = (await api.ask(url)).headers;
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const answer = await api.ask(url, { headers: { "if-none-match": tag } });
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 304, text: "" });
      expect(answer.headers["etag"]).toBe(etag);
      expect(answer.headers["x-cache"]).toMatch(/^(HIT|MISS)$/);
    }
    expect((await api.ask(url, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
  });

  it("is asked anew by whoever wants no cache, and keeps that answer", async () => {
    await fill();
    await askVault("POST", "secret/data/test-cached", { data: { colour: "green" } });
    expect((await api.ask(url)).body.data.colour).toBe("blue");
    const fresh = await api.ask(url, { headers: { "cache-control": "no-cache" } });
    expect(fresh.headers["x-cache"]).toBe("MISS");
    expect(fresh.body.data.colour).toBe("green");
    await eventually(async () => expect((await api.ask(url)).body.data.colour).toBe("green"));
  });

  it("keeps no error", async () => {
    const missing = "GET /examples/vault/secret/test-missing";
    for (let n = 0; n < 2; n++) {
      const { status, headers } = await api.ask(missing);
      expect(status).toBe(404);
      expect(headers["x-cache"]).toBeUndefined();
      expect(headers["etag"]).toBeUndefined();
    }
  });

  it("serves no answer of the other implementation", async () => {
    await fill();
    await using other = await startApplication({ implementation: "contract-api" });
    expect((await other.ask(url)).headers["x-cache"]).toBe("MISS");
  });
});

describe("how long it keeps", () => {
  it("secrets: five minutes", async () => {
    await fill();
    expect(await ttlOf(key)).toBeGreaterThan(290);
    expect((await api.ask(url)).headers["cache-control"]).toBe("private, max-age=300");
  });

  it("health: half a minute", async () => {
    const all = cacheKey({
      implementation: "reference-api",
      namespace: "health",
      operation: "getAllHealth",
      params: {},
      query: {},
    });
    await api.ask("GET /health/all");
    await eventually(async () => expect(await ttlOf(all)).toBeGreaterThan(20));
    expect(await ttlOf(all)).toBeLessThanOrEqual(30);
  });
});

describe("what is counted", () => {
  const count = async (name: string): Promise<number> => {
    const text = await api.context.metrics.text();
    return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
  };

  it("misses and hits, each once", async () => {
    const [hits, misses] = [await count("cache_hits_total"), await count("cache_misses_total")];
    await fill();
    expect(await count("cache_misses_total")).toBe(misses + 1);
    await api.ask(url);
    expect(await count("cache_hits_total")).toBe(hits + 1);
  });

  it("neither of who wants no cache", async () => {
    const misses = await count("cache_misses_total");
    await api.ask(url, { headers: { "cache-control": "no-cache" } });
    expect(await count("cache_misses_total")).toBe(misses);
  });

  it("an answer without a body as what it was, hit or miss", async () => {
    const { etag } = (await api.ask(url)).headers;
    await eventually(async () => expect(await ttlOf(key)).toBeGreaterThan(0));
    const hits = await count("cache_hits_total");
    const answer = await api.ask(url, { headers: { "if-none-match": etag } });
    expect([answer.status, answer.headers["x-cache"]]).toEqual([304, "HIT"]);
    expect(await count("cache_hits_total")).toBe(hits + 1);
  });

  it("entries that were taken away, not calls that take away", async () => {
    await fill();
    const before = await count("cache_invalidations_total");
    await api.context.cache.invalidate(key);
    await api.context.cache.invalidate(key);
    expect(await count("cache_invalidations_total")).toBe(before + 1);
  });
});

describe("taking away", () => {
  const put = async (name: string): Promise<string> => {
    const made = `cache:reference-api:${name}:${randomUUID()}`;
    await api.context.cache.set(made, "{}", 60);
    return made;
  };
  const has = async (name: string): Promise<boolean> =>
    (await api.context.cache.get(name)) === "{}";

  it("one entry, and no other", async () => {
    const [one, other] = [await put("vault"), await put("vault")];
    expect(await api.context.cache.invalidate(one)).toBe(1);
    expect([await has(one), await has(other)]).toEqual([false, true]);
  });

  it("what matches a pattern, on every master", async () => {
    const vault = await Promise.all(Array.from({ length: 20 }, async () => put("vault")));
    const health = await put("health");
    expect(await api.context.cache.invalidatePattern("vault:*")).toBe(20);
    expect(await Promise.all(vault.map(has))).toEqual(vault.map(() => false));
    expect(await has(health)).toBe(true);
  });

  it("everything, and nothing of the other implementation or of clients", async () => {
    await using other = await startApplication({ implementation: "contract-api" });
    const theirs = `cache:contract-api:vault:${randomUUID()}`;
    await other.context.cache.set(theirs, "{}", 60);
    await api.ask("POST /examples/cache/mine?value=x");
    const ours = await Promise.all(Array.from({ length: 10 }, async () => put("health")));
    expect(await api.context.cache.clear()).toBe(10);
    expect(await Promise.all(ours.map(has))).toEqual(ours.map(() => false));
    expect(await other.context.cache.get(theirs)).toBe("{}");
    expect((await api.ask("GET /examples/cache/mine")).body.exists).toBe(true);
  });

  it("takes a pattern for no more than its own entries", async () => {
    await using other = await startApplication({ implementation: "contract-api" });
    const theirs = `cache:contract-api:vault:${randomUUID()}`;
    await other.context.cache.set(theirs, "{}", 60);
    await api.context.cache.invalidatePattern("../contract-api:*");
    await api.context.cache.invalidatePattern("*");
    expect(await other.context.cache.get(theirs)).toBe("{}");
  });

  it("a thousand entries, whatever one step of the search finds", async () => {
    await api.context.redis.use(async (cluster) =>
      Promise.all(
        Array.from({ length: 1000 }, async (_, n) =>
          cluster.set(`cache:reference-api:many:${n}`, "{}", "EX", 60),
        ),
      ),
    );
    expect(await api.context.cache.invalidatePattern("many:*")).toBe(1000);
  });
});

describe("with no Redis", () => {
  it("is no cache, and no error", async () => {
    await using alone = await startApplication({ env: { REDIS_NODES: "127.0.0.1:1" } });
    for (let n = 0; n < 2; n++) {
      const { status, headers } = await alone.ask(url);
      expect({ status, cache: headers["x-cache"] }).toEqual({ status: 200, cache: "MISS" });
    }
    expect(await alone.context.cache.clear()).toBe(0);
  });

  it("is a cache as soon as Redis can be reached, with no restart", async () => {
    await using door = await closedDoor(inject("stack").ports["redis-1"]?.["tls"] ?? 0);
    await using late = await startApplication({ env: { REDIS_NODES: `127.0.0.1:${door.port}` } });
    expect((await late.ask(url)).headers["x-cache"]).toBe("MISS");
    await door.open();
    await eventually(async () => expect((await late.ask(url)).headers["x-cache"]).toBe("HIT"));
  });
});
