import { Type } from "typebox";
import { exactly, oneOf, varies } from "./kinds.ts";

const success = Type.Literal("success");

export const SlotRange = Type.Object({ start: Type.Integer(), end: Type.Integer() });

export const ClusterNode = Type.Object({
  node_id: Type.String(),
  host: Type.String(),
  port: Type.Integer(),
  role: oneOf("master", "replica"),
  flags: Type.Array(Type.String(), {
    description: '"myself" is the node that was asked.',
    ...varies,
  }),
  master_id: Type.Unsafe<string | null>({
    description: "Null of a master.",
    type: ["string", "null"],
  }),
  ping_sent: Type.Integer(varies),
  pong_recv: Type.Integer(varies),
  config_epoch: Type.Integer(),
  link_state: Type.String(),
  slots_count: Type.Integer(),
  slot_ranges: Type.Array(SlotRange),
});

export const ClusterNodes = Type.Object({
  status: success,
  total_nodes: Type.Integer({ description: "How many masters there are." }),
  nodes: Type.Array(ClusterNode, { description: "The masters." }),
  replicas: Type.Array(ClusterNode),
});

export const NodeAddress = Type.Object({
  host: Type.String(),
  port: Type.Integer(),
  node_id: Type.String(),
});

export const SlotDistribution = Type.Object({
  start_slot: Type.Integer(),
  end_slot: Type.Integer(),
  slots_count: Type.Integer(),
  master: NodeAddress,
  replicas: Type.Array(NodeAddress),
});

export const ClusterSlots = Type.Object({
  status: success,
  total_slots: Type.Integer({ description: "How many are served." }),
  max_slots: exactly(16_384),
  coverage_percentage: Type.Number(),
  slot_distribution: Type.Array(SlotDistribution),
});

export const ClusterInfo = Type.Object({
  status: success,
  cluster_info: Type.Object(
    {
      cluster_state: Type.String(),
      cluster_slots_assigned: Type.Integer(),
      cluster_known_nodes: Type.Integer(),
      cluster_size: Type.Integer(),
    },
    { additionalProperties: Type.Unsafe({ type: ["string", "integer"], ...varies }) },
  ),
});

export const NodeInfo = Type.Object({
  status: success,
  node: Type.String(),
  info: Type.Object(
    { redis_version: Type.String(), cluster_enabled: Type.Integer() },
    { additionalProperties: Type.Unsafe({ type: ["string", "number"], ...varies }) },
  ),
});
