import { type ApiContext, createHttpApp, operationHandler } from "@devstack/api-kit";
import type { FastifyInstance, FastifySchema } from "fastify";
import { openApiDocument } from "./openapi/document.ts";
import { schemaOfParameters } from "./parameters.ts";
import type { Route } from "./route.ts";
import { routes } from "./routes/routes.ts";

/** The server: each route of the table with its schemas, bound to the kit's operation of the same id. */
export function buildApp(context: ApiContext): FastifyInstance {
  const app = createHttpApp(context);
  context.openapiDocument = openApiDocument(routes);
  for (const route of routes) {
    const { method, path, operationId } = route;
    app.route({
      method,
      url: path.replaceAll(/\{(\w+)\}/g, ":$1"),
      schema: schemaOf(route),
      config: { operationId },
      handler: operationHandler(context, operationId),
    });
  }
  return app;
}

/** What is checked of a request, and how an answer in JSON is written. */
function schemaOf({ parameters = [], body, answers }: Route): FastifySchema {
  const params = schemaOfParameters(parameters, "path");
  const querystring = schemaOfParameters(parameters, "query");
  const sent = body?.content["application/json"]?.schema;
  const answered = answers[200]?.content?.["application/json"]?.schema;
  return {
    ...(params ? { params } : {}),
    ...(querystring ? { querystring } : {}),
    ...(sent ? { body: sent } : {}),
    ...(answered ? { response: { 200: answered } } : {}),
  };
}
