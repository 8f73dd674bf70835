import { readFile } from "node:fs/promises";
import pg from "pg";
import { portOf, type StackHandle } from "../stack-handle.ts";

export interface PostgresLogin {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
}

/** One query as an application would send it: over TCP and TLS, chain and host name verified. */
export async function queryPostgres(
  stack: StackHandle,
  login: PostgresLogin,
  text: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({
    host: "127.0.0.1",
    port: portOf(stack, "postgres", "sql"),
    user: login.user,
    password: login.password,
    database: login.database,
    ssl: { ca: await readFile(stack.keyStore.caFile, "utf8") },
    connectionTimeoutMillis: 3000,
    query_timeout: 10_000,
  });
  client.on("error", () => undefined); // a connection lost between two queries: the next query tells
  try {
    await client.connect();
    return (await client.query(text)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

/** The superuser, on the maintenance database. */
export async function postgresSuperuser(
  stack: StackHandle,
  database = "postgres",
): Promise<PostgresLogin> {
  const { user, password } = await stack.secret("postgres-admin");
  return { user, password, database };
}
