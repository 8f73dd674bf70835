import { ServiceUnavailableError } from "../errors/api-errors.ts";
import type { Operation, OperationPolicy } from "./operation.ts";

const later: Operation = async () => {
  throw new ServiceUnavailableError("This operation is not there yet.");
};

/** The domain, by the contract's operationIds. Each is one function over the context and a validated request. */
export const operations = {
  getRoot: later,
  getHealth: async () => ({ status: "ok" }),
  getVaultHealth: later,
  getPostgresHealth: later,
  getMysqlHealth: later,
  getMongodbHealth: later,
  getRedisHealth: later,
  getRabbitmqHealth: later,
  getAllHealth: later,
  getClusterNodes: later,
  getClusterSlots: later,
  getClusterInfo: later,
  getNodeInfo: later,
  getSecret: later,
  getSecretKey: later,
  queryPostgres: later,
  queryMysql: later,
  queryMongodb: later,
  getCacheEntry: later,
  setCacheEntry: later,
  deleteCacheEntry: later,
  publishMessage: later,
  publishMessageByQuery: later,
  consumeMessage: later,
  getQueueInfo: later,
  getMetrics: later,
  getDocs: later,
  getRedoc: later,
  getOpenapi: later,
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
