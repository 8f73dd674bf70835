import { randomUUID } from "node:crypto";
import type { Run, Step } from "../definition.ts";
import { applicationOf, superuserLogsIn, superuserOf, withClient } from "./client.ts";

/** Through the localhost exception, which the first user closes. */
export const superuserStep: Step = {
  name: "superuser",
  done: async ({ run, signal }) => superuserLogsIn(run, signal),
  apply: async ({ run, signal }) =>
    withClient(run, signal, async (client) => {
      const { user, password, database } = superuserOf(run);
      await client.db(database).command({ createUser: user, pwd: password, roles: ["root"] });
    }),
};

/** A user that is kept in its own database and has no rights in any other. */
export const applicationStep: Step = {
  name: "application user",
  done: async ({ run, signal }) =>
    withClient(
      run,
      signal,
      async (client) => {
        const { user, database } = applicationOf(run);
        const { users } = await client.db(database).command({ usersInfo: user });
        return (users as readonly unknown[]).length === 1;
      },
      superuserOf(run),
    ),
  apply: async ({ run, signal }) =>
    withClient(
      run,
      signal,
      async (client) => {
        const { user, password, database } = applicationOf(run);
        const roles = ["readWrite", "dbAdmin"];
        await client.db(database).command({ createUser: user, pwd: password, roles });
      },
      superuserOf(run),
    ),
};

/** As the application: a document written and read back in a transaction that is given up, so that nothing of it stays. */
export async function writeAndReadBack(run: Run, signal: AbortSignal): Promise<void> {
  const login = applicationOf(run);
  const word = randomUUID();
  await withClient(
    run,
    signal,
    async (client) => {
      const session = client.startSession();
      try {
        session.startTransaction();
        const collection = client.db(login.database).collection("devstack_ready");
        await collection.insertOne({ word }, { session });
        const found = await collection.findOne({ word }, { session });
        if (found?.["word"] !== word)
          throw new Error(`MongoDB gave back ${found?.["word"]} for ${word}`);
        await session.abortTransaction();
      } finally {
        await session.endSession();
      }
    },
    login,
  );
}
