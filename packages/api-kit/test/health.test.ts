import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { type Application, startApplication } from "./application.ts";
import { eventually } from "./eventually.ts";
import { pause } from "./paused-process.ts";
import { askVault, sealVault } from "./vault-administrator.ts";

const port = (instance: string, name: string): number =>
  inject("stack").ports[instance]?.[name] ?? 0;

/** Where the process of each dependency listens. */
const listening: Readonly<Record<string, () => number>> = {
  vault: () => port("vault", "https"),
  postgres: () => port("postgres", "sql"),
  mysql: () => port("mysql", "sql"),
  mongodb: () => port("mongodb", "mongo"),
  rabbitmq: () => port("rabbitmq", "amqps"),
};

describe("with everything there", () => {
  let api: Application;
  beforeAll(async () => {
    api = await startApplication();
  });
  afterAll(async () => api[Symbol.asyncDispose]());

  it("is ok itself, at either spelling, and touches nothing", async () => {
    for (const path of ["/health/", "/health"])
      expect((await api.ask(`GET ${path}`)).body).toEqual({ status: "ok" });
    expect(api.context.redis.connections()).toBe(0);
  });

  it("says what the vault says of itself", async () => {
    expect((await api.ask("GET /health/vault")).body).toEqual({
      status: "healthy",
      details: {
        status: "active",
        initialized: true,
        sealed: false,
        standby: false,
        version: expect.stringMatching(/^\d+\./),
      },
    });
  });

  it.each(["postgres", "mysql", "mongodb"])(
    "asks %s for its version, and how long it took",
    async (name) => {
      const { body } = await api.ask(`GET /health/${name}`);
      expect(body).toEqual({
        status: "healthy",
        version: expect.stringMatching(/^\d+\./),
        response_time_ms: expect.any(Number),
      });
      expect(body.response_time_ms).toBeGreaterThan(0);
    },
  );

  it("asks RabbitMQ for its version", async () => {
    expect((await api.ask("GET /health/rabbitmq")).body).toEqual({
      status: "healthy",
      version: expect.stringMatching(/^\d+\./),
    });
  });

  it("counts masters as Redis' nodes, with their replicas beside", async () => {
    await eventually(async () => {
      const { body } = await api.ask("GET /health/redis");
      expect(body).toMatchObject({
        status: "healthy",
        cluster_enabled: true,
        cluster_state: "ok",
        total_nodes: 3,
      });
      expect(body.nodes).toHaveLength(3);
      expect(body.replicas).toHaveLength(3);
      for (const node of body.nodes)
        expect(node).toMatchObject({
          role: "master",
          status: "healthy",
          version: expect.stringMatching(/^7\./),
          connected_clients: expect.any(Number),
          used_memory_human: expect.stringMatching(/[KMG]$/),
        });
    });
  });

  it("gathers all of them, and keeps that for half a minute", async () => {
    const fresh = { headers: { "cache-control": "no-cache" } };
    const first = await api.ask("GET /health/all", fresh);
    expect(first.body.status).toBe("healthy");
    expect(Object.keys(first.body.services)).toEqual([
      "vault",
      "postgres",
      "mysql",
      "mongodb",
      "redis",
      "rabbitmq",
    ]);
    expect(first.headers["cache-control"]).toBe("private, max-age=30");
    await eventually(async () => {
      const second = await api.ask("GET /health/all");
      expect(second.headers["x-cache"]).toBe("HIT");
      expect(second.body).toEqual(first.body);
    });
  });
});

describe("with some not answering", () => {
  beforeEach(async () => {
    // What the tests before have left in the response cache would answer instead.
    await using api = await startApplication();
    await api.context.cache.clear();
  });

  it("answers the first request after a start in about one timeout, with four of them stopped", async () => {
    await using api = await startApplication();
    const stopped = ["postgres", "mysql", "mongodb", "rabbitmq"];
    using processes = new DisposableStack();
    for (const name of stopped) processes.use(pause(listening[name]?.() ?? 0));
    const start = performance.now();
    const { status, body } = await api.ask("GET /health/all");
    const seconds = (performance.now() - start) / 1000;
    expect({ status, health: body.status }).toEqual({ status: 200, health: "degraded" });
    for (const name of stopped)
      expect(body.services[name]).toEqual({
        status: "unhealthy",
        error: `${name} did not answer in time.`,
      });
    expect(body.services.vault.status).toBe("healthy");
    expect(body.services.redis.status).toBe("healthy");
    expect(seconds).toBeLessThan(8); // four timeouts, one after the other
  });

  it.each(["postgres", "mysql", "mongodb", "rabbitmq"])(
    "calls %s unhealthy while it is stopped, and healthy again with no restart",
    async (name) => {
      await using api = await startApplication();
      expect((await api.ask(`GET /health/${name}`)).body.status).toBe("healthy");
      {
        using _paused = pause(listening[name]?.() ?? 0);
        const { status, body } = await api.ask(`GET /health/${name}`);
        expect({ status, body }).toEqual({
          status: 200,
          body: { status: "unhealthy", error: expect.any(String) },
        });
      }
      await eventually(async () =>
        expect((await api.ask(`GET /health/${name}`)).body.status).toBe("healthy"),
      );
    },
  );

  it("calls a sealed vault unhealthy, and nothing else whose pool is open", async () => {
    await using api = await startApplication();
    const fresh = { headers: { "cache-control": "no-cache" } };
    await eventually(async () =>
      expect((await api.ask("GET /health/all", fresh)).body.status).toBe("healthy"),
    );
    {
      await using _sealed = await sealVault();
      const { body } = await api.ask("GET /health/all", fresh);
      expect(body.status).toBe("degraded");
      expect(body.services.vault).toMatchObject({
        status: "unhealthy",
        details: { status: "sealed", sealed: true },
      });
      const { vault: _, ...others } = body.services;
      expect(Object.values<{ status: string }>(others).map(({ status }) => status)).toEqual(
        Object.keys(others).map(() => "healthy"),
      );
    }
    await eventually(async () =>
      expect((await api.ask("GET /health/vault")).body.status).toBe("healthy"),
    );
  });

  it("says of a password that is wrong no more than that it can't be reached", async () => {
    const path = "secret/data/mysql";
    const right = (await askVault("GET", path))["data"].data as Record<string, unknown>;
    await askVault("POST", path, { data: { ...right, password: "wrong" } });
    try {
      await using api = await startApplication();
      expect((await api.ask("GET /health/mysql")).body).toEqual({
        status: "unhealthy",
        error: "MySQL can't be reached.",
      });
    } finally {
      await askVault("POST", path, { data: right });
    }
  });

  it("keeps no aggregate where Redis can't be reached, and calls that degraded", async () => {
    await using api = await startApplication({ env: { REDIS_NODES: "127.0.0.1:1" } });
    for (let n = 0; n < 2; n++) {
      const { body, headers } = await api.ask("GET /health/all");
      expect({ health: body.status, cache: headers["x-cache"] }).toEqual({
        health: "degraded",
        cache: "MISS",
      });
      expect(body.services.redis).toEqual({ status: "unhealthy", error: expect.any(String) });
    }
  });

  it("calls Redis degraded while a replica is stopped", async () => {
    await using api = await startApplication();
    const { body } = await api.ask("GET /redis/cluster/nodes");
    const before = body.replicas[0].port as number;
    {
      using _paused = pause(before);
      await eventually(async () => {
        const answer = await api.ask("GET /health/redis");
        expect(answer.body).toMatchObject({
          status: "degraded",
          cluster_state: "ok",
          total_nodes: 3,
        });
        // What is known of one that does not answer, and no more.
        expect(answer.body.replicas).toContainEqual({
          host: "127.0.0.1",
          port: before,
          status: "unhealthy",
          role: "replica",
        });
      });
    }
    await eventually(async () =>
      expect((await api.ask("GET /health/redis")).body.status).toBe("healthy"),
    );
  });

  it("calls everything unhealthy where nothing is there, and says nothing of where it looked", async () => {
    const closed = "1";
    await using api = await startApplication({
      env: {
        VAULT_ADDR: `http://127.0.0.1:${closed}`,
        POSTGRES_PORT: closed,
        MYSQL_PORT: closed,
        MONGODB_PORT: closed,
        RABBITMQ_PORT: closed,
        REDIS_NODES: `127.0.0.1:${closed}`,
      },
    });
    const { status, body, text } = await api.ask("GET /health/all");
    expect({ status, health: body.status }).toEqual({ status: 200, health: "unhealthy" });
    for (const service of Object.values(body.services))
      expect(service).toEqual({ status: "unhealthy", error: expect.any(String) });
    expect(text).not.toMatch(/127\.0\.0\.1|ECONNREFUSED|password/i);
  });
});
