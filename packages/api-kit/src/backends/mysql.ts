import type { Pool } from "mysql2/promise";
import { DatabaseConnectionError } from "../errors/api-errors.ts";
import type { Endpoint } from "../settings/read-settings.ts";
import type { BackendDriver } from "./backend.ts";
import { type BackendTls, codeOf, fieldOf } from "./backend-tls.ts";

export interface Mysql {
  readonly pool: Pool;
  readonly database: string;
  connections: number;
}

export function mysqlDriver(endpoint: Endpoint, tls: BackendTls | undefined): BackendDriver<Mysql> {
  return {
    service: "mysql",
    secret: "mysql",
    open: async (credentials) => {
      const { createPool } = await import("mysql2/promise");
      const database = fieldOf(credentials, "database");
      const pool = createPool({
        ...endpoint,
        user: fieldOf(credentials, "user"),
        password: fieldOf(credentials, "password"),
        database,
        ...(tls ? { ssl: { ...tls, verifyIdentity: true } } : {}),
        connectionLimit: 10,
        connectTimeout: 2000,
      });
      const mysql: Mysql = { pool, database, connections: 0 };
      pool.pool.on("connection", (connection) => {
        mysql.connections++;
        connection.once("end", () => mysql.connections--);
      });
      return mysql;
    },
    close: async ({ pool }) => pool.end(),
    connections: (mysql) => mysql.connections,
    isWrongPassword: (error) => codeOf(error) === "ER_ACCESS_DENIED_ERROR",
    unavailable: (cause) =>
      new DatabaseConnectionError("MySQL can't be reached.", { service: "mysql" }, { cause }),
  };
}
