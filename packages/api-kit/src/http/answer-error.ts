import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiContext } from "../context.ts";
import {
  BadRequestError,
  BaseAPIException,
  MethodNotAllowedError,
  PayloadTooLargeError,
  RateLimitError,
  ResourceNotFoundError,
  UnsupportedMediaTypeError,
} from "../errors/api-errors.ts";
import { allowedTypes } from "./content-types.ts";
import { heldOpen, isStillSent } from "./held-open.ts";
import { KnownRoutes } from "./known-routes.ts";
import { refusalOf } from "./request-target.ts";

/** The one place that turns what was thrown into an answer. What is no error of ours is logged and says nothing. */
export function answerError(
  context: ApiContext,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const error = apiErrorOf(thrown, request);
  context.metrics.countError(error.name, error.statusCode);
  const severity = error.statusCode >= 500 ? "error" : "debug";
  request.log[severity]({ err: thrown }, "request failed");
  if (error instanceof RateLimitError) reply.header("retry-after", error.retryAfter);
  // Text: the contract's serialiser of this status may know less.
  const text = JSON.stringify(error.toEnvelope(request.id, context.settings.debug));
  reply.code(error.statusCode).type("application/json; charset=utf-8");
  reply.removeHeader("connection"); // Fastify would close it wherever a body is refused
  if (!isStillSent(request.raw)) void reply.send(text);
  else
    void reply.header("content-length", Buffer.byteLength(text)).send(heldOpen(text, request.raw));
}

/** Fastify's own errors by code. */
const frameworkErrors: Readonly<Record<string, (request: FastifyRequest) => BaseAPIException>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (request) =>
    request.headers["content-type"] === undefined
      ? new BadRequestError("The request has a body and no Content-Type.")
      : new UnsupportedMediaTypeError("The Content-Type is not supported.", {
          allowed_types: allowedTypes,
        }),
  FST_ERR_CTP_BODY_TOO_LARGE: () => new PayloadTooLargeError("The body is larger than 10 MiB."),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new BadRequestError("The body is not as long as its Content-Length says."),
};

function apiErrorOf(thrown: unknown, request: FastifyRequest): BaseAPIException {
  if (thrown instanceof BaseAPIException) return thrown;
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  return (
    frameworkErrors[code]?.(request) ??
    new BaseAPIException("Something went wrong in the application.", undefined, { cause: thrown })
  );
}

/** 404, or 405 where the path is there for other methods. */
export function answerUnknownRoute(app: FastifyInstance): void {
  const known = new KnownRoutes();
  app.addHook("onRoute", ({ url, method }) => known.add(url, [method].flat()));
  app.setNotFoundHandler((request, reply) => {
    const refusal = refusalOf(request.url, request.originalUrl);
    if (refusal) throw refusal;
    const methods = known.methodsOf(request.url);
    if (methods.length === 0) throw new ResourceNotFoundError("There is nothing at this path.");
    reply.header("allow", methods.join(", "));
    throw new MethodNotAllowedError("The method is not allowed at this path.", {
      allowed_methods: methods,
    });
  });
}
