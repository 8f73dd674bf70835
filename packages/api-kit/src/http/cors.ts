import type { FastifyReply, FastifyRequest } from "fastify";

const ports = [3000, 8000, 8001, 8002, 8080];

/** Pages of these may use the APIs, with credentials. */
export const allowedOrigins = ports.flatMap((port) => [
  `http://localhost:${port}`,
  `http://127.0.0.1:${port}`,
]);
const origins: ReadonlySet<string> = new Set(allowedOrigins);

const corsMethods = "GET, POST, PUT, DELETE, PATCH, OPTIONS";
const headers =
  "Content-Type, Authorization, X-Request-ID, X-API-Key, Accept, Cache-Control, If-None-Match";
const exposed =
  "X-Request-ID, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, ETag, X-Cache";
const maxAgeSeconds = 600;

/** Sets what the Fetch standard asks of an answer. A foreign origin gets nothing, and its browser keeps the answer back. */
export function setCorsHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  reply.header("vary", "Origin");
  if (!origins.has(origin)) return;
  reply.header("access-control-allow-origin", origin);
  reply.header("access-control-allow-credentials", "true");
  reply.header("access-control-expose-headers", exposed);
}

/** A preflight is answered here; it is no request of its own, and counts for no limit. Gives whether it was one. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply): boolean {
  const { origin } = request.headers;
  const isPreflight =
    request.method === "OPTIONS" &&
    origin !== undefined &&
    request.headers["access-control-request-method"] !== undefined;
  if (!isPreflight) return false;
  if (origins.has(origin)) {
    reply.header("access-control-allow-methods", corsMethods);
    reply.header("access-control-allow-headers", headers);
    reply.header("access-control-max-age", maxAgeSeconds);
  }
  void reply.code(204).send();
  return true;
}
