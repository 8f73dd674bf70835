import type { Cluster } from "ioredis";
import type { ApiContext } from "../context.ts";
import type { OperationInput } from "./operation.ts";

/** The client's entries lie apart from the application's own. */
const prefix = "example:";
const replicaTimeoutMs = 250;

export async function getCacheEntry({ redis }: ApiContext, { params }: OperationInput) {
  const key = params["key"] ?? "";
  const [value, ttl] = await redis.use(async (cluster) =>
    Promise.all([cluster.get(prefix + key), cluster.ttl(prefix + key)]),
  );
  if (value === null) return { key, value, exists: false, ttl: null };
  return { key, value, exists: true, ttl: ttl < 0 ? "no expiration" : ttl };
}

export async function setCacheEntry({ redis }: ApiContext, { params, query }: OperationInput) {
  const key = params["key"] ?? "";
  const value = String(query["value"]);
  const ttl = query["ttl"] === undefined ? null : Number(query["ttl"]);
  await redis.use(async (cluster) => setReplicated(cluster, prefix + key, value, ttl));
  return { key, value, ttl, action: "set" };
}

export async function deleteCacheEntry({ redis }: ApiContext, { params }: OperationInput) {
  const key = params["key"] ?? "";
  const deleted = await redis.use(async (cluster) => cluster.del(prefix + key));
  return { key, deleted: deleted > 0, action: "delete" };
}

/**
 * Set, and on the master's replica too, if it has one that keeps up: what was acknowledged then outlives the master.
 * One pipeline, because WAIT speaks of what its own connection wrote.
 */
async function setReplicated(
  cluster: Cluster,
  key: string,
  value: string,
  ttl: number | null,
): Promise<void> {
  const pipeline = cluster.pipeline();
  if (ttl === null) pipeline.set(key, value);
  else pipeline.set(key, value, "EX", ttl);
  const answers = await pipeline.call("WAIT", 1, replicaTimeoutMs).exec();
  for (const [error] of answers ?? []) if (error) throw error;
}
