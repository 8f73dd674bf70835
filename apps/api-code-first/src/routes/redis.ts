import { json } from "../answers/ok.ts";
import { whenInvalid, whenMissing, whileBackendsFail } from "../answers/other-answers.ts";
import { inPath } from "../parameters.ts";
import type { Route } from "../route.ts";
import { NodeName } from "../schemas/names.ts";
import { ClusterInfo, ClusterNodes, ClusterSlots, NodeInfo } from "../schemas/redis.ts";

const tag = "redis";

const master = {
  host: "127.0.0.1",
  port: 6379,
  node_id: "07c37dfeb235213a872192d90877d0cd55635b91",
};
const replica = {
  host: "127.0.0.1",
  port: 6382,
  node_id: "e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca",
};
const link = {
  ping_sent: 0,
  pong_recv: 1_753_950_000_000,
  config_epoch: 1,
  link_state: "connected",
};

export const redisRoutes: readonly Route[] = [
  {
    operationId: "getClusterNodes",
    method: "GET",
    path: "/redis/cluster/nodes",
    tag,
    summary: "The cluster's masters and replicas",
    answers: {
      ...json("As CLUSTER NODES lists them.", ClusterNodes, {
        status: "success",
        total_nodes: 1,
        nodes: [
          {
            ...master,
            role: "master",
            flags: ["myself", "master"],
            master_id: null,
            ...link,
            slots_count: 16_384,
            slot_ranges: [{ start: 0, end: 16_383 }],
          },
        ],
        replicas: [
          {
            ...replica,
            role: "replica",
            flags: ["slave"],
            master_id: master.node_id,
            ...link,
            slots_count: 0,
            slot_ranges: [],
          },
        ],
      }),
      ...whileBackendsFail,
    },
  },
  {
    operationId: "getClusterSlots",
    method: "GET",
    path: "/redis/cluster/slots",
    tag,
    summary: "Which nodes serve which slots",
    answers: {
      ...json("As CLUSTER SLOTS lists them.", ClusterSlots, {
        status: "success",
        total_slots: 16_384,
        max_slots: 16_384,
        coverage_percentage: 100,
        slot_distribution: [
          {
            start_slot: 0,
            end_slot: 16_383,
            slots_count: 16_384,
            master,
            replicas: [replica],
          },
        ],
      }),
      ...whileBackendsFail,
    },
  },
  {
    operationId: "getClusterInfo",
    method: "GET",
    path: "/redis/cluster/info",
    tag,
    summary: "The cluster's state",
    answers: {
      ...json("Every key of CLUSTER INFO.", ClusterInfo, {
        status: "success",
        cluster_info: {
          cluster_state: "ok",
          cluster_slots_assigned: 16_384,
          cluster_slots_ok: 16_384,
          cluster_known_nodes: 6,
          cluster_size: 3,
          cluster_stats_messages_sent: 1483,
        },
      }),
      ...whileBackendsFail,
    },
  },
  {
    operationId: "getNodeInfo",
    method: "GET",
    path: "/redis/nodes/{node_name}/info",
    tag,
    summary: "One node, whatever its role is now",
    parameters: [inPath("node_name", NodeName)],
    answers: {
      ...json("Every key of INFO.", NodeInfo, {
        status: "success",
        node: "redis-1",
        info: { redis_version: "7.0.15", cluster_enabled: 1, mem_fragmentation_ratio: 3.08 },
      }),
      ...whenMissing,
      ...whenInvalid,
      ...whileBackendsFail,
    },
  },
];
