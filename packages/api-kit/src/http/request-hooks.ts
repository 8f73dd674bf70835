import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiContext } from "../context.ts";
import { RateLimitError } from "../errors/api-errors.ts";
import type { RateVerdict } from "../limiter/rate-limiter.ts";
import { operationPolicies } from "../operations/operations.ts";
import { answerPreflight, setCorsHeaders } from "./cors.ts";
import { ObservedRoute } from "./observed-route.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    observed?: ObservedRoute;
  }
  interface FastifyRequest {
    observed: ObservedRoute | null;
  }
}

/**
 * What every request passes through, the unknown path's too: its id, CORS, the limiter, the counts and a line in the
 * log. One hook at the start and one at the end, and no plugin: each hook and each plugin costs on the way.
 */
export function addRequestHooks(app: FastifyInstance, context: ApiContext): void {
  const { limiter, logger, metrics } = context;
  const unmatched = new ObservedRoute(metrics, "unmatched", "general");

  app.addHook("onRoute", (route) => {
    const id = route.config?.operationId;
    const rateClass = (id && operationPolicies[id]?.rateClass) ?? "general";
    const endpoint = route.url.replaceAll(/:(\w+)/g, "{$1}"); // as the contract writes it
    route.config = { ...route.config, observed: new ObservedRoute(metrics, endpoint, rateClass) };
  });
  app.decorateRequest("observed", null);

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
    // What no route has is one endpoint, however many paths are tried.
    const observed = request.routeOptions.config.observed ?? unmatched;
    request.observed = observed;
    reply.header("x-request-id", request.id);
    setCorsHeaders(request, reply);
    if (answerPreflight(request, reply)) return;
    const verdict = limiter.check(observed.rateClass, request.ip);
    if (verdict instanceof Promise) void admitLater(verdict, reply, done);
    else done(admit(verdict, reply));
  });

  app.addHook("onResponse", (request, reply, done) => {
    metrics.inProgress--;
    const milliseconds = reply.elapsedTime;
    request.observed?.count(request.method, reply.statusCode, milliseconds / 1000);
    logger.info({
      request_id: request.id,
      method: request.method,
      path: pathOf(request),
      status: reply.statusCode,
      duration_ms: milliseconds,
      client: request.ip,
    });
    done();
  });
}

/** Queries may hold what does not belong in a log. */
function pathOf({ url }: FastifyRequest): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}
