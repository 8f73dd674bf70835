import { randomUUID } from "node:crypto";
import type { Client, ClientConfig } from "pg";
import type { Run, Step, StepContext } from "../definition.ts";

/** The superuser's name, which every cluster is made with. */
export const superuserName = "postgres";

/** A cluster that lets nobody in: a superuser without a password. `--no-sync` because the finished folder is synced as a whole. */
export async function createCluster({ run, execute }: StepContext): Promise<void> {
  await execute({
    program: "initdb",
    args: [
      `--pgdata=${run.folders.data}`,
      `--username=${superuserName}`,
      "--auth=reject",
      "--locale=C.UTF-8",
      "--encoding=UTF8",
      "--no-instructions",
      "--no-sync",
    ],
  });
}

/** Gives the superuser the vault's password in a session without a server: nothing ever listened without it. */
export async function setSuperuserPassword({ run, execute }: StepContext): Promise<void> {
  const { default: pg } = await import("pg");
  const password = pg.escapeLiteral(run.secret("postgres-admin", "password"));
  await execute({
    program: "postgres",
    args: [
      "--single",
      "-D",
      run.folders.data,
      ...settings({
        exit_on_error: "on", // or a refused statement would look like success
        fsync: "off", // the finished folder is synced as a whole
        log_min_error_statement: "panic", // no statement, and so no password, in what it prints
        password_encryption: "scram-sha-256",
      }),
      "postgres",
    ],
    input: `alter role ${superuserName} password ${password}\n`,
  });
}

function settings(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** It answers when the superuser can log in. */
export async function postgresAccepts(run: Run, signal: AbortSignal): Promise<void> {
  await withClient(superuser(run, "postgres"), signal, async () => undefined);
}

/** The application's role and database. */
export const applicationStep: Step = {
  name: "application role and database",
  done: async ({ run, signal }) =>
    withClient(superuser(run, "postgres"), signal, async (client) => {
      const { user, database } = application(run);
      const found = await client.query(
        "select (select count(*) from pg_roles where rolname = $1) + (select count(*) from pg_database where datname = $2) as count",
        [user, database],
      );
      return Number(found.rows[0].count) === 2;
    }),
  apply: async ({ run, signal }) =>
    withClient(superuser(run, "postgres"), signal, async (client) => {
      const { user, password, database } = application(run);
      const role = await client.query("select 1 from pg_roles where rolname = $1", [user]);
      const [id, text] = [client.escapeIdentifier(user), client.escapeLiteral(password)];
      await client.query(
        `${role.rowCount === 0 ? "create" : "alter"} role ${id} with login password ${text}`,
      );
      const there = await client.query("select 1 from pg_database where datname = $1", [database]);
      const name = client.escapeIdentifier(database);
      if (there.rowCount === 0) await client.query(`create database ${name} owner ${id}`);
      await client.query(`revoke all on database ${name} from public`);
    }),
};

/** As the application: a table that only this session sees, a row written and read back. */
export async function writeAndReadBack(run: Run, signal: AbortSignal): Promise<void> {
  const word = randomUUID();
  await withClient({ ...application(run), ...endpoint(run) }, signal, async (client) => {
    await client.query("create temporary table devstack_ready (word text)");
    await client.query("insert into devstack_ready values ($1)", [word]);
    const { rows } = await client.query("select word from devstack_ready");
    if (rows[0]?.word !== word)
      throw new Error(`PostgreSQL gave back ${rows[0]?.word} for ${word}`);
  });
}

function superuser(run: Run, database: string): ClientConfig {
  return {
    ...endpoint(run),
    user: run.secret("postgres-admin", "user"),
    password: run.secret("postgres-admin", "password"),
    database,
  };
}

function application(run: Run): { user: string; password: string; database: string } {
  return {
    user: run.secret("postgres", "user"),
    password: run.secret("postgres", "password"),
    database: run.secret("postgres", "database"),
  };
}

function endpoint(run: Run): ClientConfig {
  return {
    host: "127.0.0.1",
    port: run.ports["sql"] ?? 0,
    connectionTimeoutMillis: 2000,
    query_timeout: 10_000,
  };
}

async function withClient<T>(
  config: ClientConfig,
  signal: AbortSignal,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { default: pg } = await import("pg"); // loaded when first needed: the command line knows every definition
  const client = new pg.Client(config);
  client.on("error", () => undefined); // a connection lost between two queries: the next query tells
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
}
