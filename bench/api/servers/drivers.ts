import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { postgresDriver } from "../../../packages/api-kit/src/backends/postgres.ts";
import { redisDriver } from "../../../packages/api-kit/src/backends/redis.ts";
import type { Endpoint } from "../../../packages/api-kit/src/settings/read-settings.ts";
import { answer, Middleware } from "../hand-made/middleware.ts";

/** What it is told on standard input. */
export interface DriverInput {
  readonly ca: string;
  readonly postgres: { readonly at: Endpoint; readonly credentials: Record<string, string> };
  readonly redis: {
    readonly nodes: readonly Endpoint[];
    readonly credentials: Record<string, string>;
  };
  readonly cacheKey: string;
}

// The reference APIs' drivers, configured as there, behind Node's own server and no framework.
const { ca, cacheKey, postgres, redis } = JSON.parse(await text(process.stdin)) as DriverInput;
const pool = await postgresDriver(postgres.at, { ca }).open(postgres.credentials);
const cluster = await redisDriver(redis.nodes, { ca }).open(redis.credentials);
const middleware = new Middleware();
const query = "SELECT current_timestamp AS now";

const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  "/GET": async () => {
    const entry = `example:${cacheKey}`;
    const [value, ttl] = await Promise.all([cluster.get(entry), cluster.ttl(entry)]);
    return { key: cacheKey, value, exists: value !== null, ttl: ttl < 0 ? "no expiration" : ttl };
  },
  "/SELECT": async () => {
    const { rows } = await pool.query<{ now: Date }>(query);
    return { database: "postgres", query, result: rows[0]?.now.toISOString() };
  },
};

/** How often a second the call comes back, as many at once as there are connections otherwise. */
async function callAlone(path: string, connections: number, seconds: number): Promise<number> {
  const call = calls[path];
  const startedAt = performance.now();
  let count = 0;
  const one = async (): Promise<void> => {
    while (performance.now() - startedAt < seconds * 1000) {
      JSON.stringify(await call?.());
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  return (count / (performance.now() - startedAt)) * 1000;
}

async function serve(path: string, response: ServerResponse): Promise<void> {
  const call = calls[path];
  if (call) {
    answer(response, 200, await call());
    return;
  }
  const url = new URL(path, "http://localhost");
  const alone = /^\/alone(\/.+)$/.exec(url.pathname)?.[1];
  const numberOf = (name: string): number => Number(url.searchParams.get(name));
  if (alone === undefined) answer(response, 200, { status: "ok" });
  else answer(response, 200, await callAlone(alone, numberOf("connections"), numberOf("seconds")));
}

createServer((request, response) => {
  if (!middleware.begin(request, response)) return;
  serve(request.url ?? "/", response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    response.destroy();
  });
}).listen(Number(process.env["HTTP_PORT"]), "127.0.0.1");
