import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { fastify, type FastifyInstance, LogController } from "fastify";
import { addCacheHooks } from "../cache/cache-hooks.ts";
import type { ApiContext } from "../context.ts";
import { answerError, answerUnknownRoute } from "./answer-error.ts";
import { acceptContentTypes, bodyLimitBytes } from "./content-types.ts";
import { serveDocsAssets } from "./docs-assets.ts";
import { lazyChildLogger } from "./lazy-child-logger.ts";
import { addRequestHooks } from "./request-hooks.ts";
import { createValidatorCompiler } from "./validator-compiler.ts";

const wellFormedId = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * A Fastify instance with everything that all routes share. An application adds its routes with
 * `{ method, url, schema, config: { operationId }, handler: operationHandler(context, operationId) }`.
 */
export function createHttpApp(context: ApiContext): FastifyInstance {
  const app = fastify({
    loggerInstance: context.logger,
    logController: new LogController({
      disableRequestLogging: true, // one line a request, in the hooks
      requestIdLogLabel: "request_id",
    }),
    childLoggerFactory: lazyChildLogger,
    return503OnClosing: false, // who came before the door closed is served
    requestIdHeader: false,
    genReqId: requestId,
    bodyLimit: bodyLimitBytes,
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: 16_384, // longer than a request line: what is too long is the contract's to say
    },
    exposeHeadRoutes: false, // what is served is what the contract lists
    frameworkErrors: (error, request, reply) => answerError(context, error, request, reply),
  }) as unknown as FastifyInstance;
  addRequestHooks(app, context);
  addCacheHooks(app, context.cache, context.implementation);
  app.addHook("preValidation", normaliseNames);
  acceptContentTypes(app);
  app.setValidatorCompiler(createValidatorCompiler());
  app.setErrorHandler((error, request, reply) => answerError(context, error, request, reply));
  answerUnknownRoute(app);
  serveDocsAssets(app);
  return app;
}

/** A well-formed one of the client's is kept, so that a trail can be followed through several applications. */
function requestId(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && wellFormedId.test(given) ? given : randomUUID();
}

/** Services are named without regard to case and to blanks around them. */
async function normaliseNames(request: { readonly params: unknown }): Promise<void> {
  const params = request.params as Record<string, string>;
  const name = params["service_name"];
  if (name !== undefined) params["service_name"] = name.trim().toLowerCase();
}
