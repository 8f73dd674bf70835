import type { MongoClient } from "mongodb";
import { connectOnce } from "../../supervisor/ports.ts";
import type { Run, StepContext } from "../definition.ts";

/** A user of MongoDB is kept in a database; `database` is that one. */
export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export function portOf(run: Pick<Run, "ports">): number {
  return run.ports["mongo"] ?? 0;
}

export function superuserOf(run: Run): Login {
  return {
    user: run.secret("mongodb-admin", "user"),
    password: run.secret("mongodb-admin", "password"),
    database: "admin",
  };
}

export function applicationOf(run: Pick<Run, "secret">): Login {
  return {
    user: run.secret("mongodb", "user"),
    password: run.secret("mongodb", "password"),
    database: run.secret("mongodb", "database"),
  };
}

/** Talks to this very server, whatever the replica set says of its members; without a login unless one is given. */
export async function withClient<T>(
  run: Run,
  signal: AbortSignal,
  use: (client: MongoClient) => Promise<T>,
  login?: Login,
): Promise<T> {
  signal.throwIfAborted();
  const { MongoClient: Client } = await import("mongodb"); // loaded when first needed: the command line knows every definition
  await connectOnce(portOf(run)); // where nothing listens, the driver would wait half a second before it tries again
  const client = new Client(`mongodb://127.0.0.1:${portOf(run)}/`, {
    directConnection: true,
    maxPoolSize: 1,
    serverSelectionTimeoutMS: 2000,
    connectTimeoutMS: 2000,
    socketTimeoutMS: 10_000,
    ...(login
      ? {
          auth: { username: login.user, password: login.password },
          authSource: login.database,
        }
      : {}),
  });
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Serves what the files hold; connections that are open stay. */
export async function rotateCertificates({ run, signal }: StepContext): Promise<void> {
  await withClient(
    run,
    signal,
    async (client) => client.db("admin").command({ rotateCertificates: 1 }),
    superuserOf(run),
  );
}

const authenticationFailed = 18;

/** Whether the superuser exists, with the vault's password. */
export async function superuserLogsIn(run: Run, signal: AbortSignal): Promise<boolean> {
  try {
    await withClient(run, signal, async () => undefined, superuserOf(run));
    return true;
  } catch (error) {
    if (codeOf(error) === authenticationFailed) return false;
    throw error;
  }
}

/** The server's number for what went wrong. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
