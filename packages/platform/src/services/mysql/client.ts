import type { Run } from "../definition.ts";

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database?: string;
}

export type Row = Readonly<Record<string, unknown>>;

/** Sends one statement; `?` stands for a value. Gives its rows, none where it has none. */
export type Query = (statement: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

export function portOf(run: Pick<Run, "ports">): number {
  return run.ports["sql"] ?? 0;
}

export function superuserOf(run: Run): Login {
  return {
    user: run.secret("mysql-admin", "user"),
    password: run.secret("mysql-admin", "password"),
  };
}

export function applicationOf(run: Pick<Run, "secret">): Required<Login> {
  return {
    user: run.secret("mysql", "user"),
    password: run.secret("mysql", "password"),
    database: run.secret("mysql", "database"),
  };
}

export async function withConnection<T>(
  run: Run,
  signal: AbortSignal,
  login: Login,
  use: (query: Query) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { createConnection } = await import("mysql2/promise"); // loaded when first needed: the command line knows every definition
  const connection = await createConnection({
    ...login,
    host: "127.0.0.1",
    port: portOf(run),
    connectTimeout: 2000,
  });
  connection.on("error", () => undefined); // a connection lost between two statements: the next one tells
  try {
    const result = await use(async (sql, values = []) => {
      const [rows] = await connection.query({ sql, values: [...values], timeout: 10_000 });
      return Array.isArray(rows) ? (rows as Row[]) : [];
    });
    await connection.end();
    return result;
  } finally {
    connection.destroy(); // a server that does not answer is not waited for
  }
}
