import { eventually } from "../../shared/eventually.ts";
import type { Run, Step } from "../definition.ts";
import { codeOf, portOf, superuserLogsIn, superuserOf, withClient } from "./client.ts";

export const replicaSet = "rs0";

/** A lone server's election takes a few milliseconds; what takes longer is a fault to be named. */
const primaryWithinMs = 30_000;
const alreadyInitialised = 23;

/**
 * This server is the set's one member and its primary. The member's address is kept in the data: where the port was
 * changed since, the server finds itself in no set, and the set is told the new one.
 */
export const replicaSetStep: Step = {
  name: "replica set",
  done: async ({ run, signal }) => isPrimary(run, await hello(run, signal)),
  apply: async ({ run, signal }) =>
    eventually(
      async () => {
        const state = await hello(run, signal);
        if (isPrimary(run, state)) return;
        if (state["setName"] === undefined) await setMember(run, signal);
        throw new Error(`no primary yet: ${state["info"] ?? "not elected"}`);
      },
      { deadlineMs: primaryWithinMs, signal },
    ),
};

type Hello = Readonly<Record<string, unknown>>;

/** What the server says of itself to anybody. */
export async function hello(run: Run, signal: AbortSignal): Promise<Hello> {
  return withClient(run, signal, async (client) => client.db("admin").command({ hello: 1 }));
}

function isPrimary(run: Run, state: Hello): boolean {
  return state["isWritablePrimary"] === true && state["me"] === memberAddress(run);
}

function memberAddress(run: Run): string {
  return `127.0.0.1:${portOf(run)}`;
}

async function setMember(run: Run, signal: AbortSignal): Promise<void> {
  const config = { _id: replicaSet, version: 1, members: [{ _id: 0, host: memberAddress(run) }] };
  // Until there is a user, loopback may do both without a login.
  const login = (await superuserLogsIn(run, signal)) ? superuserOf(run) : undefined;
  await withClient(
    run,
    signal,
    async (client) => {
      const admin = client.db("admin");
      try {
        await admin.command({ replSetInitiate: config });
      } catch (error) {
        if (codeOf(error) !== alreadyInitialised) throw error;
        await admin.command({ replSetReconfig: config, force: true }); // without a primary nothing else is taken
      }
    },
    login,
  );
}
