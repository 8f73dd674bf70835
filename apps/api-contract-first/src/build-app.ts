import { type ApiContext, createHttpApp, operationHandler } from "@devstack/api-kit";
import type { FastifyInstance } from "fastify";
import { bind } from "./bind.ts";
import type { Contract } from "./contract.ts";
import { routesOf } from "./routes-of.ts";

/** The server that the contract describes: nothing about HTTP is said here that it does not say. */
export function buildApp(context: ApiContext, contract: Contract): FastifyInstance {
  const app = createHttpApp(context);
  context.openapiDocument = contract.document;
  for (const { operationId, method, url, schema } of bind(contract.file, routesOf(contract))) {
    const handler = operationHandler(context, operationId);
    app.route({ method, url, schema, config: { operationId }, handler });
  }
  return app;
}
