import type { Cluster } from "ioredis";
import { withDeadline } from "../backends/with-deadline.ts";
import { askAnyNode, nodeAt } from "../redis-cluster/ask-node.ts";
import {
  type ClusterNode,
  mastersOf,
  parseClusterNodes,
  replicasOf,
} from "../redis-cluster/cluster-nodes.ts";
import { parseInfo } from "../redis-cluster/parse-info.ts";

/** Of one that does not answer, where it is. */
export interface NodeHealth {
  readonly host: string;
  readonly port: number;
  readonly status: "healthy" | "unhealthy";
  readonly role: "master" | "replica";
  readonly version?: string;
  readonly connected_clients?: number;
  readonly used_memory_human?: string;
}

export interface RedisHealth {
  readonly status: "healthy" | "degraded" | "unhealthy";
  readonly cluster_enabled: boolean;
  readonly cluster_state: string;
  readonly total_nodes: number;
  readonly nodes: readonly NodeHealth[];
  readonly replicas: readonly NodeHealth[];
}

/** The masters are `nodes`. Degraded: every slot is served, and a node does not answer. */
export async function redisHealth(cluster: Cluster): Promise<RedisHealth> {
  const [state, listed] = await askAnyNode(cluster, async (node) =>
    Promise.all([node.cluster("INFO"), node.cluster("NODES")]),
  );
  const cluster_state = String(parseInfo(state)["cluster_state"]);
  const all = parseClusterNodes(String(listed));
  const [nodes, replicas] = await Promise.all(
    [mastersOf(all), replicasOf(all)].map(async (some) =>
      Promise.all(some.map(async (node) => nodeHealth(cluster, node))),
    ),
  );
  const every = [...(nodes ?? []), ...(replicas ?? [])].every(({ status }) => status === "healthy");
  return {
    status: cluster_state !== "ok" ? "unhealthy" : every ? "healthy" : "degraded",
    cluster_enabled: true, // else these questions are refused
    cluster_state,
    total_nodes: nodes?.length ?? 0,
    nodes: nodes ?? [],
    replicas: replicas ?? [],
  };
}

const nodeTimeoutMs = 1500; // the first time it has yet to connect, over TLS, beside all others

async function nodeHealth(cluster: Cluster, listed: ClusterNode): Promise<NodeHealth> {
  const { host, port, role } = listed;
  const info = await readInfo(cluster, listed);
  if (!info) return { host, port, status: "unhealthy", role };
  return {
    host,
    port,
    status: "healthy",
    role,
    version: String(info["redis_version"]),
    connected_clients: Number(info["connected_clients"]),
    used_memory_human: String(info["used_memory_human"]),
  };
}

/** Undefined where it does not answer; one that is stopped must not hold up what is said of the others. */
async function readInfo(
  cluster: Cluster,
  listed: ClusterNode,
): Promise<Readonly<Record<string, string | number>> | undefined> {
  if (listed.flags.includes("fail")) return undefined;
  try {
    const late = (): Error => new Error("late");
    const info = nodeAt(cluster, listed).then(async (node) => node?.info());
    const text = await withDeadline(info, nodeTimeoutMs, late);
    return text === undefined ? undefined : parseInfo(text);
  } catch {
    return undefined;
  }
}
