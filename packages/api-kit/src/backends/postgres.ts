import type pg from "pg";
import { DatabaseConnectionError } from "../errors/api-errors.ts";
import type { Endpoint } from "../settings/read-settings.ts";
import type { BackendDriver } from "./backend.ts";
import { type BackendTls, codeOf, fieldOf } from "./backend-tls.ts";

const invalidPassword = "28P01";
const invalidAuthorization = "28000";

export function postgresDriver(
  endpoint: Endpoint,
  tls: BackendTls | undefined,
): BackendDriver<pg.Pool> {
  return {
    service: "postgres",
    secret: "postgres",
    open: async (credentials) => {
      const { Pool } = (await import("pg")).default;
      const pool = new Pool({
        ...endpoint,
        user: fieldOf(credentials, "user"),
        password: fieldOf(credentials, "password"),
        database: fieldOf(credentials, "database"),
        ...(tls ? { ssl: tls } : {}),
        max: 10,
        connectionTimeoutMillis: 2000,
        query_timeout: 5000,
      });
      pool.on("error", () => undefined); // an idle connection broke; the pool has dropped it
      return pool;
    },
    close: async (pool) => pool.end(),
    connections: (pool) => pool.totalCount,
    isWrongPassword: (error) =>
      [invalidPassword, invalidAuthorization].includes(String(codeOf(error))),
    unavailable: (cause) =>
      new DatabaseConnectionError(
        "PostgreSQL can't be reached.",
        { service: "postgres" },
        { cause },
      ),
  };
}
