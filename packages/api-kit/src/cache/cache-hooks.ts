import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { operationPolicies } from "../operations/operations.ts";
import { cacheKey } from "./cache-key.ts";
import type { ResponseCache } from "./response-cache.ts";

/** Routes whose operation has a cache policy are served from the cache, and fill it; others never meet these hooks. */
export function addCacheHooks(
  app: FastifyInstance,
  cache: ResponseCache,
  implementation: string,
): void {
  app.addHook("onRoute", (route) => {
    const id = route.config?.operationId;
    const policy = id === undefined ? undefined : operationPolicies[id]?.cache;
    if (id === undefined || !policy) return;

    const keyOf = (request: FastifyRequest): string =>
      cacheKey({
        implementation,
        namespace: policy.namespace,
        operation: id,
        params: request.params as Record<string, string>,
        query: request.query as Record<string, unknown>,
      });
    const served = new WeakSet<FastifyRequest>();

    route.preHandler = [
      ...[route.preHandler ?? []].flat(),
      async (request: FastifyRequest, reply: FastifyReply) => {
        if (request.headers["cache-control"]?.includes("no-cache") === true) return;
        const body = await cache.get(keyOf(request));
        if (body === undefined) return;
        served.add(request);
        reply.type("application/json; charset=utf-8");
        reply.send(body); // text is sent as it is
      },
    ];
    route.onSend = [
      ...[route.onSend ?? []].flat(),
      async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
        if (reply.statusCode !== 200 || typeof payload !== "string") return payload;
        const hit = served.has(request);
        if (!hit) void cache.set(keyOf(request), payload, policy.ttlSeconds);
        const etag = `"${createHash("sha256").update(payload).digest("base64url").slice(0, 27)}"`;
        reply.headers({
          "cache-control": `private, max-age=${policy.ttlSeconds}`,
          etag,
          "x-cache": hit ? "HIT" : "MISS",
        });
        if (!matches(request.headers["if-none-match"], etag)) return payload;
        reply.code(304);
        reply.removeHeader("content-type");
        return null;
      },
    ];
  });
}

/** RFC 9110, 13.1.2: a list of tags, compared weakly, or any. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}
