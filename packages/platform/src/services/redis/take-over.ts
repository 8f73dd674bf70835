import type { Redis } from "ioredis";
import { eventually } from "../../shared/eventually.ts";
import type { Run } from "../definition.ts";
import { type ClusterView, parseClusterNodes } from "./cluster-view.ts";
import { withInstance } from "./node-client.ts";
import { parseInfo } from "./parse-info.ts";

/** Where a child that the master left still holds the connection open: then the nodes decide by themselves. */
const linkEndsWithinMs = 500;

/**
 * Puts a replica in the place of a master whose process has ended. The nodes would come to that by themselves, but only
 * after they have missed it for a while; whoever saw it end need not ask them for their votes. Nothing is done for a
 * node that nobody follows.
 */
export async function takeOver(ended: Run, signal: AbortSignal): Promise<void> {
  const others = ended.peers.filter(({ instance }) => instance !== ended.instance);
  const found = await Promise.allSettled(others.map(async (run) => followerOf(ended, run, signal)));
  const followers = found.flatMap((one) => (one.status === "fulfilled" && one.value) || []);
  const [nearest] = followers.toSorted((a, b) => b.offset - a.offset);
  if (!nearest) return;
  await withInstance(nearest.run, signal, async (node) =>
    node.call("CLUSTER", "FAILOVER", "TAKEOVER"),
  );
}

interface Follower {
  readonly run: Run;
  /** How much of what the master wrote it has. */
  readonly offset: number;
}

async function followerOf(
  master: Run,
  run: Run,
  signal: AbortSignal,
): Promise<Follower | undefined> {
  return withInstance(run, signal, async (node) => {
    const view = parseClusterNodes(String(await node.call("CLUSTER", "NODES")));
    if (!follows(view, master.ports)) return undefined;
    return { run, offset: await readToTheEnd(node, signal) };
  });
}

function follows({ self, nodes }: ClusterView, { bus }: Run["ports"]): boolean {
  return nodes.some((node) => node.busPort === bus && node.id === self.master);
}

/** The end of the connection comes after all that the master sent: only then has the replica got all of it. */
async function readToTheEnd(node: Redis, signal: AbortSignal): Promise<number> {
  return eventually(
    async () => {
      const info = parseInfo(await node.info("replication"));
      if (info.get("master_link_status") !== "down") throw new Error("its link is still up");
      return Number(info.get("slave_repl_offset"));
    },
    { deadlineMs: linkEndsWithinMs, intervalMs: 2, signal },
  );
}
