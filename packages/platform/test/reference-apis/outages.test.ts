import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStackHandle } from "../../src/app/stack-handle.ts";
import type { Stack } from "../../src/app/stack.ts";
import { startForTests } from "../../src/app/test-suites.ts";
import { createThrowawayStack } from "../../src/app/throwaway-stack.ts";
import { unsealVault } from "../../src/vault/open-vault.ts";
import type { VaultClient } from "../../src/vault/vault-client.ts";
import { eventually } from "../../src/shared/eventually.ts";
import { askApi } from "../../src/suites/clients/api-client.ts";
import { mysqlSuperuser, queryMysql } from "../../src/suites/clients/mysql-client.ts";
import { postgresSuperuser, queryPostgres } from "../../src/suites/clients/postgres-client.ts";
import { redisInstances, withCluster } from "../../src/suites/clients/redis-client.ts";
import type { StackHandle } from "../../src/suites/stack-handle.ts";
import { likeStack } from "../like-stack.ts";
import { apiNames, startApi } from "./api-process.ts";
import { type Ask, driversWords, expectCleanBodies, secretsOf } from "./expect-clean.ts";

// The APIs as the stack starts them, the same processes from the first test to the last: whatever is done to what lies
// behind them, nobody restarts them.
let stack: Stack & AsyncDisposable;
let handle: StackHandle;
let secrets: readonly string[];
let pids: readonly (number | undefined)[];

const asking =
  (api: string): Ask =>
  async (at, request) =>
    askApi(handle, api, at, request);

beforeAll(async () => {
  stack = await createThrowawayStack(await likeStack());
  await startForTests(stack, apiNames);
  handle = await openStackHandle(stack);
  secrets = await secretsOf(handle);
  pids = await pidsOfApis();
});
afterAll(async () => stack[Symbol.asyncDispose]());

async function pidsOfApis(): Promise<readonly (number | undefined)[]> {
  const found = await handle.processes();
  return apiNames.map((api) => found.find(({ instance }) => instance === api)?.pid);
}

describe("with everything behind them down since their start, but for the vault", () => {
  it.each(apiNames)("%s serves, says so, and tells nobody why", async (api) => {
    expect(secrets.length).toBeGreaterThan(10);
    const answers = await expectCleanBodies(asking(api), secrets, "all but the vault down");
    expect(answers.get("GET /health/all")?.json).toMatchObject({
      status: "degraded",
      services: { vault: { status: "healthy" }, postgres: { status: "unhealthy" } },
    });
    for (const database of ["postgres", "mysql", "mongodb"])
      expect(answers.get(`GET /examples/database/${database}/query`)?.status).toBe(503);
    expect(answers.get("GET /examples/vault/secret/postgres")?.status).toBe(200);
  });

  it("and all of it works once they are there", async () => {
    await startForTests(stack, ["postgres", "mysql", "mongodb", "redis", "rabbitmq"]);
    for (const api of apiNames) await expectAllWell(api);
    expect(await pidsOfApis()).toEqual(pids);
  });
});

describe("with four of them stopped by SIGSTOP", () => {
  const frozen = ["postgres", "mysql", "mongodb", "rabbitmq"];

  it("the first answer of /health/all names each of the four, and waits for all at once", async () => {
    // Processes of their own: nothing is cached in them, and no connection is open.
    await using processes = new AsyncDisposableStack();
    const fresh = await Promise.all(apiNames.map(async (api) => startApi(stack, api)));
    for (const each of fresh) processes.use(each);
    for (const api of apiNames) await forgetCached(api);
    for (const service of frozen) await handle.signal(service, "SIGSTOP");
    try {
      for (const { ask } of fresh) {
        const startedAt = performance.now();
        const { status, json } = await ask("/health/all");
        const tookMs = performance.now() - startedAt;
        expect(status).toBe(200);
        expect(json).toMatchObject({
          status: "degraded",
          services: {
            vault: { status: "healthy" },
            ...Object.fromEntries(frozen.map((each) => [each, { status: "unhealthy" }])),
          },
        });
        // Each has two seconds, so that one after the other would take eight.
        expect(tookMs).toBeLessThan(5500);
      }
      await Promise.all(
        fresh.map(async ({ ask }) => expectCleanBodies(ask, secrets, "four frozen")),
      );
    } finally {
      for (const service of frozen) await handle.signal(service, "SIGCONT");
    }
  });

  it("and they go on when the services do", async () => {
    for (const api of apiNames) await expectAllWell(api);
    expect(await pidsOfApis()).toEqual(pids);
  });
});

describe("a password that is changed in the engine and in the vault", () => {
  it.each(apiNames)("%s follows, for PostgreSQL and MySQL", async (api) => {
    for (const [path, change] of Object.entries(changePassword)) {
      const administrator = await handle.administrator();
      const former = await handle.secret(path);
      const password = `${api.replace("-", "")}Changed${Date.now()}`;
      await change(former["user"] ?? "", password);
      await administrator.write(`secret/data/${path}`, { data: { ...former, password } });
      await eventually(async () => expectStatus(api, `/examples/database/${path}/query`, 200), {
        deadlineMs: 30_000,
      });
    }
  });

  it("keeps the stack's own processes", async () => expect(await pidsOfApis()).toEqual(pids));
});

describe("tokens that have come to their end", () => {
  it.each(apiNames)("%s logs in again", async (api) => {
    const administrator = await handle.administrator();
    expect(await revokeTokens(administrator, `${api}-role`)).toBeGreaterThan(0);
    await forgetCached(api);
    await eventually(async () => expectStatus(api, `/examples/vault/secret/${api}/api_key`, 200), {
      deadlineMs: 15_000,
    });
    expect(await pidsOfApis()).toEqual(pids);
  });
});

describe("a sealed vault", () => {
  it("is 503 with its reason; what is open stays open; unsealed it answers again", async () => {
    for (const api of apiNames) {
      await expectAllWell(api);
      await forgetCached(api);
    }
    await (await handle.administrator()).write("sys/seal");
    try {
      for (const api of apiNames) {
        const { status, json } = await askApi(handle, api, "/examples/vault/secret/mysql/password");
        expect(status).toBe(503);
        expect(json?.["details"]).toMatchObject({ reason: "sealed" });
        expect((await askApi(handle, api, "/health/vault")).json).toMatchObject({
          status: "unhealthy",
        });
        await expectStatus(api, "/examples/database/postgres/query", 200);
        await expectCleanBodies(asking(api), secrets, "the vault sealed");
      }
    } finally {
      await unsealVault(handle.vault, handle.keyStore);
    }
    for (const api of apiNames) await expectAllWell(api);
    expect(await pidsOfApis()).toEqual(pids);
  });
});

describe("a dead broker", () => {
  const publish = "/examples/messaging/publish/outages";

  it("is 503, and forgotten when it is there again", async () => {
    await handle.signal("rabbitmq", "SIGKILL");
    for (const api of apiNames) {
      const { status, json } = await askApi(handle, api, publish, {
        method: "POST",
        body: { word: "lost" },
      });
      expect(status, JSON.stringify(json)).toBe(503);
      expect(JSON.stringify(json)).not.toMatch(driversWords);
    }
    for (const api of apiNames) {
      // Asked past the breaker, and not counted: five failures would open it for a minute.
      await eventually(
        async () =>
          expect((await askApi(handle, api, "/health/rabbitmq")).json).toMatchObject({
            status: "healthy",
          }),
        { deadlineMs: 120_000, intervalMs: 500 },
      );
      const answer = await askApi(handle, api, publish, { method: "POST", body: { word: "x" } });
      expect(answer.status, answer.text).toBe(200);
    }
    expect(await pidsOfApis()).toEqual(pids);
  });
});

const changePassword: Readonly<
  Record<string, (user: string, password: string) => Promise<unknown>>
> = {
  postgres: async (user, password) => {
    const login = await postgresSuperuser(handle);
    await queryPostgres(handle, login, `alter role ${user} password '${password}'`);
    // Sessions that are open would never ask for it.
    const others = `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${user}'`;
    await queryPostgres(handle, login, others);
  },
  mysql: async (user, password) => {
    const login = await mysqlSuperuser(handle);
    const accounts = await queryMysql(
      handle,
      login,
      "select host as host from mysql.user where user = :user",
      { user },
    );
    for (const { host } of accounts)
      await queryMysql(
        handle,
        login,
        `alter user '${user}'@'${String(host)}' identified by '${password}'`,
      );
    const sessions = await queryMysql(
      handle,
      login,
      "select id as id from information_schema.processlist where user = :user",
      { user },
    );
    for (const { id } of sessions) await queryMysql(handle, login, `kill ${Number(id)}`);
  },
};

/** Ends every token that the role gave; says how many. */
async function revokeTokens(administrator: VaultClient, role: string): Promise<number> {
  const keys = (await administrator.read("auth/token/accessors?list=true"))?.["keys"];
  let revoked = 0;
  for (const accessor of keys as readonly string[]) {
    const { data } = await administrator.write("auth/token/lookup-accessor", { accessor });
    const meta = data?.["meta"] as { role_name?: string } | null;
    if (meta?.role_name !== role) continue;
    await administrator.write("auth/token/revoke-accessor", { accessor });
    revoked += 1;
  }
  return revoked;
}

/** What the application keeps in Redis of earlier answers, also those of another process of it. */
async function forgetCached(api: string): Promise<void> {
  await withCluster(handle, redisInstances, async (cluster) => {
    for (const master of cluster.nodes("master"))
      for (const key of await master.keys(`cache:${api}:*`)) await cluster.del(key);
  });
}

async function expectStatus(api: string, at: string, status: number): Promise<void> {
  const answer = await askApi(handle, api, at);
  expect(answer.status, `${api} ${at}: ${answer.text}`).toBe(status);
}

/** A breaker that opened stays so for a minute; what an API found healthy or not it says for half of one. */
async function expectAllWell(api: string): Promise<void> {
  const deadlines = { deadlineMs: 90_000, intervalMs: 500 };
  for (const database of ["postgres", "mysql", "mongodb"])
    await eventually(
      async () => expectStatus(api, `/examples/database/${database}/query`, 200),
      deadlines,
    );
  await eventually(async () => expectStatus(api, "/examples/cache/well", 200), deadlines);
  await eventually(async () => {
    const { json } = await askApi(handle, api, "/health/all");
    expect(json?.["status"]).toBe("healthy");
  }, deadlines);
}
