import type { Cluster, Redis } from "ioredis";
import type { Endpoint } from "../settings/read-settings.ts";

/** Any node that is connected: what is asked of the cluster as such, every node knows. */
export async function askAnyNode<T>(
  cluster: Cluster,
  ask: (node: Redis) => Promise<T>,
): Promise<T> {
  const nodes = cluster.nodes();
  const ready = nodes.filter((node) => node.status === "ready");
  let fault: unknown = new Error("no node of the cluster is connected");
  for (const node of [...ready, ...nodes.filter((one) => !ready.includes(one))]) {
    try {
      return await ask(node);
    } catch (error) {
      fault = error;
    }
  }
  throw fault;
}

/** The very node that listens there, whatever its role is now; undefined when it does not belong to the cluster. */
export async function nodeAt(cluster: Cluster, endpoint: Endpoint): Promise<Redis | undefined> {
  const known = find(cluster, endpoint);
  if (known) return known;
  // One that came after the client looked: it looks again by itself, but only every few seconds.
  await new Promise((resolve) => {
    cluster.refreshSlotsCache(resolve);
  });
  return find(cluster, endpoint);
}

function find(cluster: Cluster, { host, port }: Endpoint): Redis | undefined {
  return cluster.nodes().find((node) => node.options.host === host && node.options.port === port);
}
