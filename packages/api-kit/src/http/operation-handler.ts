import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from "fastify";
import type { ApiContext } from "../context.ts";
import { type OperationInput, Page } from "../operations/operation.ts";
import { type OperationId, operations } from "../operations/operations.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** A route of the contract: what its rate class and cache policy are looked up by. */
    operationId?: OperationId;
  }
}

/** The Fastify handler of an operation. Give the route `config: { operationId }` as well. */
export function operationHandler(context: ApiContext, id: OperationId): RouteHandlerMethod {
  const operation = operations[id] as (
    context: ApiContext,
    input: OperationInput,
  ) => Promise<unknown>;
  return async (request, reply) => {
    const result = await operation(context, inputOf(request, reply));
    if (!(result instanceof Page)) return result;
    reply.type(result.contentType);
    return result.content;
  };
}

function inputOf(request: FastifyRequest, reply: FastifyReply): OperationInput {
  return {
    params: request.params as Readonly<Record<string, string>>,
    query: request.query as Readonly<Record<string, unknown>>,
    body: request.body,
    request,
    onAnswered: (callback) => {
      let answered = false;
      const once = (delivered: boolean) => (): void => {
        if (!answered) callback(delivered);
        answered = true;
      };
      reply.raw.once("finish", once(true));
      reply.raw.once("close", once(false));
    },
  };
}
