import { readFile } from "node:fs/promises";
import { createConnection } from "mysql2/promise";
import { portOf, type StackHandle } from "../stack-handle.ts";

export interface MysqlLogin {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database?: string | undefined;
}

/**
 * One query as an application would send it: over TCP and TLS, the chain verified, and the host name "localhost".
 * `:name` in it stands for a value.
 */
export async function queryMysql(
  stack: StackHandle,
  login: MysqlLogin,
  text: string,
  values: Readonly<Record<string, string | undefined>> = {},
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const connection = await createConnection({
    user: login.user ?? "",
    password: login.password ?? "",
    database: login.database ?? "",
    host: "127.0.0.1",
    port: portOf(stack, "mysql", "sql"),
    ssl: { ca: await readFile(stack.keyStore.caFile, "utf8"), verifyIdentity: true },
    connectTimeout: 3000,
  });
  connection.on("error", () => undefined); // a connection lost between two queries: the next query tells
  try {
    const [rows] = await connection.query({
      sql: text,
      values,
      namedPlaceholders: true,
      timeout: 10_000,
    });
    await connection.end();
    return rows as Record<string, unknown>[];
  } finally {
    connection.destroy(); // a server that does not answer is not waited for
  }
}

export async function mysqlApplication(stack: StackHandle): Promise<MysqlLogin> {
  const { user, password, database } = await stack.secret("mysql");
  return { user, password, database };
}

export async function mysqlSuperuser(stack: StackHandle): Promise<MysqlLogin> {
  const { user, password } = await stack.secret("mysql-admin");
  return { user, password };
}
