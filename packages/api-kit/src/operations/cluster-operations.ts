import type { ApiContext } from "../context.ts";
import { CacheConnectionError, ResourceNotFoundError } from "../errors/api-errors.ts";
import { askAnyNode, nodeAt } from "../redis-cluster/ask-node.ts";
import {
  type ClusterNode,
  mastersOf,
  parseClusterNodes,
  replicasOf,
} from "../redis-cluster/cluster-nodes.ts";
import { parseInfo } from "../redis-cluster/parse-info.ts";
import type { OperationInput } from "./operation.ts";

const maxSlots = 16_384;

export async function getClusterNodes(context: ApiContext) {
  const all = await readNodes(context);
  const nodes = mastersOf(all);
  return { status: "success", total_nodes: nodes.length, nodes, replicas: replicasOf(all) };
}

export async function getClusterSlots(context: ApiContext) {
  const all = await readNodes(context);
  const slot_distribution = mastersOf(all)
    .flatMap((master) =>
      master.slot_ranges.map(({ start, end }) => ({
        start_slot: start,
        end_slot: end,
        slots_count: end - start + 1,
        master: addressOf(master),
        replicas: replicasOf(all)
          .filter(({ master_id }) => master_id === master.node_id)
          .map(addressOf),
      })),
    )
    .toSorted((one, other) => one.start_slot - other.start_slot);
  const total_slots = slot_distribution.reduce((total, { slots_count }) => total + slots_count, 0);
  return {
    status: "success",
    total_slots,
    max_slots: maxSlots,
    coverage_percentage: Math.round((total_slots / maxSlots) * 10_000) / 100,
    slot_distribution,
  };
}

export async function getClusterInfo({ redis }: ApiContext) {
  const text = await redis.use(async (cluster) =>
    askAnyNode(cluster, async (node) => node.cluster("INFO")),
  );
  return { status: "success", cluster_info: parseInfo(text) };
}

/** By the process's name: what its role is changes with every failover. */
export async function getNodeInfo({ redis, settings }: ApiContext, { params }: OperationInput) {
  const name = params["node_name"] ?? "";
  const endpoint = settings.redisNodes[Number(/^redis-(\d{1,3})$/.exec(name)?.[1] ?? 0) - 1];
  if (!endpoint)
    throw new ResourceNotFoundError("There is no Redis node of this name.", { resource: "node" });
  const text = await redis.use(async (cluster) => {
    const node = await nodeAt(cluster, endpoint);
    if (!node) throw new CacheConnectionError("The node is not part of the cluster now.");
    return node.info();
  });
  return { status: "success", node: name, info: parseInfo(text) };
}

async function readNodes({ redis }: ApiContext): Promise<readonly ClusterNode[]> {
  return redis.use(async (cluster) =>
    parseClusterNodes(String(await askAnyNode(cluster, async (node) => node.cluster("NODES")))),
  );
}

function addressOf({ host, port, node_id }: ClusterNode) {
  return { host, port, node_id };
}
