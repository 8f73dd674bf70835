import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from "fastify";
import type { ApiContext } from "../context.ts";
import { type Operation, type OperationInput, Page } from "../operations/operation.ts";
import { type OperationId, operations } from "../operations/operations.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** A route of the contract: what its rate class and cache policy are looked up by. */
    operationId?: OperationId;
  }
}

/** The Fastify handler of an operation. Give the route `config: { operationId }` as well. */
export function operationHandler(context: ApiContext, id: OperationId): RouteHandlerMethod {
  const operation: Operation = operations[id];
  // What is there at once is answered at once: an async function would wait a few rounds for it.
  // oxlint-disable-next-line typescript/promise-function-async
  return (request, reply) => {
    const result = operation(context, new Input(request, reply));
    return result instanceof Promise
      ? result.then((value) => contentOf(value, reply))
      : contentOf(result, reply);
  };
}

function contentOf(result: unknown, reply: FastifyReply): unknown {
  if (!(result instanceof Page)) return result;
  reply.type(result.contentType).headers({
    "content-security-policy": result.policy,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  return result.content;
}

class Input implements OperationInput {
  readonly request: FastifyRequest;
  readonly #reply: FastifyReply;

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.request = request;
    this.#reply = reply;
  }

  get params(): OperationInput["params"] {
    return this.request.params as OperationInput["params"];
  }

  get query(): OperationInput["query"] {
    return this.request.query as OperationInput["query"];
  }

  get body(): unknown {
    return this.request.body;
  }

  onAnswered(callback: (delivered: boolean) => void): void {
    let answered = false;
    const { raw } = this.#reply;
    const once = (written: boolean) => (): void => {
      if (!answered) callback(written && raw.statusCode < 400); // it may be an error's: what was made can't be written
      answered = true;
    };
    raw.once("finish", once(true));
    raw.once("close", once(false));
  }
}
