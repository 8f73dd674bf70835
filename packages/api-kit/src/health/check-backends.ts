import { withDeadline } from "../backends/with-deadline.ts";
import type { ApiContext } from "../context.ts";
import { BaseAPIException, TimeoutError } from "../errors/api-errors.ts";
import { redisHealth } from "./redis-health.ts";

/** Each check has this long, whatever the others do. */
const checkTimeoutMs = 2000;

export interface Unhealthy {
  readonly status: "unhealthy";
  readonly error: string;
}

export interface DatabaseHealth {
  readonly status: "healthy";
  readonly version: string;
  readonly response_time_ms: number;
}

/** Health checks go past the circuit breakers, and don't count there: they are how one sees that it is over. */
export const checks = {
  vault: async ({ vault }: ApiContext) => {
    const details = await vault.health();
    return { status: details.status === "active" ? "healthy" : "unhealthy", details } as const;
  },

  postgres: async ({ postgres }: ApiContext) =>
    timed(async () =>
      postgres.probe(async (pool) => {
        const { rows } = await pool.query<{ server_version: string }>("SHOW server_version");
        return rows[0]?.server_version ?? "unknown";
      }, checkTimeoutMs),
    ),

  mysql: async ({ mysql }: ApiContext) =>
    timed(async () =>
      mysql.probe(async ({ pool }) => {
        const [rows] = await pool.query({
          sql: "SELECT VERSION() AS version",
          timeout: checkTimeoutMs,
        });
        return (rows as { version: string }[])[0]?.version ?? "unknown";
      }, checkTimeoutMs),
    ),

  mongodb: async ({ mongodb }: ApiContext) =>
    timed(async () =>
      mongodb.probe(async ({ database }) => {
        const { version } = await database.command({ buildInfo: 1 });
        return String(version);
      }, checkTimeoutMs),
    ),

  redis: async ({ redis }: ApiContext) => redis.probe(redisHealth, checkTimeoutMs),

  rabbitmq: async ({ rabbitmq }: ApiContext) =>
    rabbitmq.probe(async ({ connection }) => {
      const channel = await connection.createChannel(); // a round trip: an open socket is not an answer
      await channel.close();
      const { version } = connection.connection.serverProperties;
      return { status: "healthy", version: String(version) } as const;
    }, checkTimeoutMs),
};

export type CheckName = keyof typeof checks;
export type CheckResult<Name extends CheckName> = Awaited<ReturnType<(typeof checks)[Name]>>;

/** The check's result, or that it failed; never rejects, and never takes longer than its time. */
export async function check<Name extends CheckName>(
  context: ApiContext,
  name: Name,
): Promise<CheckResult<Name> | Unhealthy> {
  const late = (): TimeoutError => new TimeoutError(name, checkTimeoutMs);
  try {
    const checking = checks[name](context) as Promise<CheckResult<Name>>;
    return await withDeadline(checking, checkTimeoutMs, late);
  } catch (error) {
    context.logger.warn({ err: error, service: name }, "a health check failed");
    return {
      status: "unhealthy",
      error: error instanceof BaseAPIException ? error.message : "The check failed.",
    };
  }
}

async function timed(readVersion: () => Promise<string>): Promise<DatabaseHealth> {
  const start = performance.now();
  const version = await readVersion();
  const response_time_ms = Math.round((performance.now() - start) * 100) / 100;
  return { status: "healthy", version, response_time_ms };
}
