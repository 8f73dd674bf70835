import { type TSchema, Type } from "typebox";
import type { Parameter } from "./route.ts";

export function inPath(name: string, schema: TSchema): Parameter {
  return { name, in: "path", required: true, schema, example: exampleOf(schema) };
}

export function inQuery(name: string, schema: TSchema): Parameter {
  return { name, in: "query", required: true, schema, example: exampleOf(schema) };
}

export function optionalInQuery(name: string, schema: TSchema, description: string): Parameter {
  return { name, in: "query", description, schema };
}

/** Pages that try an operation fill in what a parameter says, not what its schema does. */
function exampleOf({ examples }: TSchema & { readonly examples?: readonly unknown[] }): unknown {
  return examples?.[0];
}

/** Of answers that the cache keeps. */
export const ifNoneMatch: Parameter = {
  name: "If-None-Match",
  in: "header",
  description: "The `ETag` of an answer that the client still has.",
  schema: Type.String(),
};

/** The one schema that Fastify checks all parameters of a place with; undefined where there are none. */
export function schemaOfParameters(
  parameters: readonly Parameter[],
  place: "path" | "query",
): object | undefined {
  const own = parameters.filter((one) => one.in === place);
  if (own.length === 0) return undefined;
  return {
    type: "object",
    properties: Object.fromEntries(own.map(({ name, schema }) => [name, schema])),
    required: own.filter(({ required }) => required).map(({ name }) => name),
  };
}
