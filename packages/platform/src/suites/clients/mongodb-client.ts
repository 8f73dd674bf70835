import { MongoClient } from "mongodb";
import { portOf, type StackHandle } from "../stack-handle.ts";

export interface MongoLogin {
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** The one in which the user is kept. */
  readonly database: string | undefined;
}

/** One command as an application would send it: over TCP and TLS, chain and host name verified; by nobody without a login. */
export async function commandMongo(
  stack: StackHandle,
  login: MongoLogin | undefined,
  database: string | undefined,
  command: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const client = new MongoClient(`mongodb://127.0.0.1:${portOf(stack, "mongodb", "mongo")}/`, {
    replicaSet: "rs0",
    tls: true,
    tlsCAFile: stack.keyStore.caFile,
    maxPoolSize: 1,
    serverSelectionTimeoutMS: 3000,
    connectTimeoutMS: 3000,
    socketTimeoutMS: 10_000,
    ...(login
      ? {
          auth: { username: login.user ?? "", password: login.password ?? "" },
          authSource: login.database ?? "",
        }
      : {}),
  });
  try {
    await client.connect();
    return await client.db(database).command(command);
  } finally {
    await client.close();
  }
}

export async function mongoApplication(stack: StackHandle): Promise<MongoLogin> {
  const { user, password, database } = await stack.secret("mongodb");
  return { user, password, database };
}

/** One command of the superuser's, on the maintenance database. */
export async function administerMongo(
  stack: StackHandle,
  command: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const { user, password } = await stack.secret("mongodb-admin");
  return commandMongo(stack, { user, password, database: "admin" }, "admin", command);
}
