import type { FastifySchema, HTTPMethods } from "fastify";
import { type Contract, methods, type Operation, type Parameter } from "./contract.ts";

/** An operation of the contract, in Fastify's terms. */
export interface Route {
  /** Undefined where the contract forgets it. */
  readonly operationId: string | undefined;
  readonly method: HTTPMethods;
  readonly url: string;
  readonly schema: FastifySchema;
}

export function routesOf({ paths }: Contract): readonly Route[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    methods.flatMap((method) => {
      const operation = operations[method];
      return operation ? [routeOf(path, method.toUpperCase(), operation)] : [];
    }),
  );
}

function routeOf(path: string, method: string, operation: Operation): Route {
  return {
    operationId: operation.operationId,
    method,
    url: path.replaceAll(/\{(\w+)\}/g, ":$1"),
    schema: {
      ...parameterSchemas(operation.parameters ?? []),
      ...bodySchema(operation),
      response: responseSchemas(operation),
    },
  };
}

/** Where OpenAPI lists parameters one by one, Fastify validates an object a place. */
const places = { path: "params", query: "querystring", header: "headers" } as const;

function parameterSchemas(parameters: readonly Parameter[]): FastifySchema {
  const byPlace = Map.groupBy(parameters, (parameter) => places[parameter.in]);
  return Object.fromEntries(
    [...byPlace].map(([place, members]) => [
      place,
      {
        type: "object",
        properties: Object.fromEntries(members.map((each) => [keyOf(each), each.schema])),
        required: members.filter((each) => each.required).map(keyOf),
      },
    ]),
  );
}

/** Node gives the names of headers in lower case. */
function keyOf({ name, in: place }: Parameter): string {
  return place === "header" ? name.toLowerCase() : name;
}

function bodySchema({ requestBody }: Operation): FastifySchema {
  const schema = requestBody?.content["application/json"]?.schema;
  return schema ? { body: schema } : {};
}

/** How JSON is written. Pages and metrics are text already; errors are written by the kit, which knows their envelope. */
function responseSchemas({ responses }: Operation): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(responses).flatMap(([status, { content }]) => {
      const schema = content?.["application/json"]?.schema;
      return schema && status.startsWith("2") ? [[status, schema]] : [];
    }),
  );
}
