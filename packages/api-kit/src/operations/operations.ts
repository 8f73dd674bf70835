import { deleteCacheEntry, getCacheEntry, setCacheEntry } from "./cache-operations.ts";
import {
  getClusterInfo,
  getClusterNodes,
  getClusterSlots,
  getNodeInfo,
} from "./cluster-operations.ts";
import { queryMongodb, queryMysql, queryPostgres } from "./database-operations.ts";
import { getDocs, getMetrics, getOpenapi, getRedoc } from "./document-operations.ts";
import { getAllHealth, getHealth, healthOf } from "./health-operations.ts";
import {
  consumeMessage,
  getQueueInfo,
  publishMessage,
  publishMessageByQuery,
} from "./messaging-operations.ts";
import type { Operation, OperationPolicy } from "./operation.ts";
import { getRoot } from "./root-operations.ts";
import { getSecret, getSecretKey } from "./vault-operations.ts";

/** The domain, by the contract's operationIds. Each is one function over the context and a validated request. */
export const operations = {
  getRoot,
  getHealth,
  getVaultHealth: healthOf("vault"),
  getPostgresHealth: healthOf("postgres"),
  getMysqlHealth: healthOf("mysql"),
  getMongodbHealth: healthOf("mongodb"),
  getRedisHealth: healthOf("redis"),
  getRabbitmqHealth: healthOf("rabbitmq"),
  getAllHealth,
  getClusterNodes,
  getClusterSlots,
  getClusterInfo,
  getNodeInfo,
  getSecret,
  getSecretKey,
  queryPostgres,
  queryMysql,
  queryMongodb,
  getCacheEntry,
  setCacheEntry,
  deleteCacheEntry,
  publishMessage,
  publishMessageByQuery,
  consumeMessage,
  getQueueInfo,
  getMetrics,
  getDocs,
  getRedoc,
  getOpenapi,
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationId = keyof typeof operations;

const health: OperationPolicy = { rateClass: "health" };
const secrets: OperationPolicy = { cache: { namespace: "vault", ttlSeconds: 300 } };

/** By operation; the others are general and not cached. */
export const operationPolicies: Readonly<Partial<Record<OperationId, OperationPolicy>>> = {
  getHealth: health,
  getVaultHealth: health,
  getPostgresHealth: health,
  getMysqlHealth: health,
  getMongodbHealth: health,
  getRedisHealth: health,
  getRabbitmqHealth: health,
  getAllHealth: { ...health, cache: { namespace: "health", ttlSeconds: 30 } },
  getSecret: secrets,
  getSecretKey: secrets,
  getMetrics: { rateClass: "metrics" },
};
