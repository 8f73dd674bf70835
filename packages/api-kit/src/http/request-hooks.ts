import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiContext } from "../context.ts";
import { RateLimitError } from "../errors/api-errors.ts";
import type { RateVerdict } from "../limiter/rate-limiter.ts";
import type { RouteCount } from "../metrics/api-metrics.ts";
import { operationPolicies } from "../operations/operations.ts";
import { answerPreflight, setCorsHeaders } from "./cors.ts";

/**
 * What every request passes through, the unknown path's too: its id, CORS, the limiter, the counts and a line in the
 * log. One hook at the start and one at the end, and no plugin: each hook and each plugin costs on the way.
 */
export function addRequestHooks(app: FastifyInstance, context: ApiContext): void {
  const { limiter, logger, metrics } = context;
  const counts = new Map<string, RouteCount>();

  const admit = (verdict: RateVerdict, reply: FastifyReply): RateLimitError | undefined => {
    reply.header("x-ratelimit-limit", verdict.limit);
    reply.header("x-ratelimit-remaining", verdict.remaining);
    reply.header("x-ratelimit-reset", verdict.resetSeconds);
    if (verdict.allowed) return undefined;
    metrics.rateLimitExceeded.inc();
    return new RateLimitError(verdict.limit, verdict.resetSeconds);
  };

  const admitLater = async (
    verdict: Promise<RateVerdict>,
    reply: FastifyReply,
    done: (error?: Error) => void,
  ): Promise<void> => done(admit(await verdict, reply));

  app.addHook("onRequest", (request, reply, done) => {
    metrics.inProgress++;
    reply.header("x-request-id", request.id);
    setCorsHeaders(request, reply);
    if (answerPreflight(request, reply)) return;
    const id = request.routeOptions.config.operationId;
    const rateClass = (id && operationPolicies[id]?.rateClass) ?? "general";
    const verdict = limiter.check(rateClass, request.ip);
    if (verdict instanceof Promise) void admitLater(verdict, reply, done);
    else done(admit(verdict, reply));
  });

  app.addHook("onResponse", (request, reply, done) => {
    metrics.inProgress--;
    const endpoint = endpointOf(request);
    const { method } = request;
    const status = reply.statusCode;
    const name = `${method} ${endpoint} ${status}`;
    let count = counts.get(name);
    if (!count) counts.set(name, (count = metrics.route(method, endpoint, status)));
    count.count(reply.elapsedTime / 1000);
    logger.info({
      request_id: request.id,
      method,
      path: pathOf(request.url),
      status,
      duration_ms: reply.elapsedTime,
      client: request.ip,
    });
    done();
  });
}

/** The route's template as the contract writes it; what no route has is one endpoint, however many paths are tried. */
function endpointOf(request: FastifyRequest): string {
  return request.routeOptions.url?.replaceAll(/:(\w+)/g, "{$1}") ?? "unmatched";
}

/** Queries may hold what does not belong in a log. */
function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}
