import type { ApiContext } from "../context.ts";
import { setReplicated } from "../redis-cluster/set-replicated.ts";
import type { OperationInput } from "./operation.ts";

/** The client's entries lie apart from the application's own. */
const prefix = "example:";

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
