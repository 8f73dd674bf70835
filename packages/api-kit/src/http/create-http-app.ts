import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import {
  fastify,
  type FastifyInstance,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from "fastify";
import { addCacheHooks } from "../cache/cache-hooks.ts";
import type { ApiContext } from "../context.ts";
import { answerError, answerUnknownRoute } from "./answer-error.ts";
import { acceptContentTypes, bodyLimitBytes } from "./content-types.ts";
import { serveDocsAssets } from "./docs-assets.ts";
import { lazyChildLogger } from "./lazy-child-logger.ts";
import { headerRules, serverLimits, UnreadRequests } from "./refuse-unread.ts";
import { addRequestHooks } from "./request-hooks.ts";
import { routedUrl } from "./request-target.ts";
import { createValidatorCompiler } from "./validator-compiler.ts";

type CompilersFactory = NonNullable<FastifyServerOptions["schemaController"]>["compilersFactory"];
/** Fastify's types mean the function of Ajv that its own validators are made of. */
const validators = {
  buildValidator: createValidatorCompiler,
} as unknown as NonNullable<CompilersFactory>;

const wellFormedId = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * A Fastify instance with everything that all routes share. An application adds its routes with
 * `{ method, url, schema, config: { operationId }, handler: operationHandler(context, operationId) }`.
 */
export function createHttpApp(context: ApiContext): FastifyInstance {
  const unread = new UnreadRequests(context);
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
    // Given here, and not later, Fastify leaves its own two validators unloaded.
    schemaController: { compilersFactory: validators },
    exposeHeadRoutes: false, // what is served is what the contract lists
    rewriteUrl: routedUrl,
    ...serverLimits,
    http: headerRules,
    clientErrorHandler: unread.clientError,
  }) as unknown as FastifyInstance;
  unread.watch(app.server, app.routing);
  // Nobody has it. Known to have a body it would be refused for one of no type, before it is known to be nowhere.
  app.addHttpMethod("QUERY", { overrideExisting: true });
  addRequestHooks(app, context);
  addCacheHooks(app, context.cache, context.implementation);
  app.addHook("onRoute", (route) => {
    if (route.url.includes(":service_name"))
      route.preValidation = [...[route.preValidation ?? []].flat(), normaliseName];
  });
  acceptContentTypes(app);
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
async function normaliseName({ params }: FastifyRequest): Promise<void> {
  const named = params as { service_name: string };
  named.service_name = named.service_name.trim().toLowerCase();
}
