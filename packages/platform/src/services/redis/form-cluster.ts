import type { Redis } from "ioredis";
import { eventually } from "../../shared/eventually.ts";
import type { Run, Step, StepContext } from "../definition.ts";
import { parseClusterNodes } from "./cluster-view.ts";
import { withInstances } from "./node-client.ts";
import { type ClusterMember, isFormed, nextCommands } from "./plan-cluster.ts";

const masters = 3;

/** Makes the instances' nodes one cluster. The nodes keep it in their own nodes.conf, so that later starts find it done. */
export const clusterStep: Step = {
  name: "cluster of masters and replicas",
  done: async ({ run, signal }) =>
    withInstances(run.peers, signal, async (nodes) => isFormed(await inspect(run.peers, nodes))),
  apply: async ({ run, signal }) =>
    withInstances(run.peers, signal, async (nodes) =>
      eventually(async () => advance(run, nodes), {
        deadlineMs: Number.POSITIVE_INFINITY, // the service's own deadline aborts
        signal,
      }),
    ),
};

/** Rejects until the cluster is formed. */
async function advance(run: StepContext["run"], nodes: readonly Redis[]): Promise<void> {
  const members = await inspect(run.peers, nodes);
  if (isFormed(members)) return;
  for (const { member, args } of nextCommands(members, masters)) {
    await nodes[members.indexOf(member)]?.call("CLUSTER", ...args);
  }
  throw new Error("the nodes have not all met yet");
}

async function inspect(
  runs: readonly Run[],
  nodes: readonly Redis[],
): Promise<readonly ClusterMember[]> {
  return Promise.all(
    runs.map(async ({ ports }, index) => ({
      ports,
      view: parseClusterNodes(String(await nodes[index]?.call("CLUSTER", "NODES"))),
    })),
  );
}
