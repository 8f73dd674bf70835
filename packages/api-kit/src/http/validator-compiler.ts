import { Ajv2020, type ErrorObject, type Options } from "ajv/dist/2020.js";
import type { FastifySchemaCompiler } from "fastify";
import type { FastifySchema } from "fastify";
import { ValidationError, type ValidationFault } from "../errors/api-errors.ts";

const options: Options = {
  allErrors: true,
  verbose: true,
  strict: false, // OpenAPI's own words (example, discriminator …) stand in schemas
  validateFormats: false,
  // Schemas come with the program: its tests see whether they are valid, not every start.
  meta: false,
  validateSchema: false,
};

const locations: Readonly<Record<string, string>> = {
  params: "path",
  querystring: "query",
  headers: "header",
  body: "body",
};

/** One JSON Schema gives one 422, however an application came by it. Text of a path or a query becomes what is asked for. */
export function createValidatorCompiler(): FastifySchemaCompiler<FastifySchema> {
  const ajv = new Ajv2020(options);
  return ({ schema, httpPart = "body" }) => {
    const validate = ajv.compile(schema as object);
    const location = locations[httpPart] ?? httpPart;
    const readers = httpPart === "body" ? [] : readersOf(schema as ParametersSchema);
    return (data: unknown) => {
      for (const [name, read] of readers) readInPlace(data as Record<string, unknown>, name, read);
      if (validate(data)) return { value: data };
      const faults = (validate.errors ?? []).map((error) => faultOf(location, error));
      return { error: new ValidationError(faults) };
    };
  };
}

interface ParametersSchema {
  readonly properties?: Readonly<Record<string, { readonly type?: unknown }>>;
}

type Reader = (text: string) => unknown;

/**
 * What text means where a schema asks for another type; text that means nothing there is left for the schema to refuse.
 * Ajv's own coercion takes whatever JavaScript makes a number of: `0x10`, `1e2`, `5.0`, blanks.
 */
const readersByType: Readonly<Record<string, Reader>> = {
  integer: (text) => (/^-?\d+$/.test(text) ? Number(text) : text),
  number: (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text),
  boolean: (text) => ({ true: true, false: false })[text] ?? text,
};

function readersOf({ properties = {} }: ParametersSchema): readonly (readonly [string, Reader])[] {
  return Object.entries(properties).flatMap(([name, { type }]) => {
    const read = readersByType[String(type)];
    return read ? [[name, read] as const] : [];
  });
}

function readInPlace(parameters: Record<string, unknown>, name: string, read: Reader): void {
  const text = parameters[name];
  if (typeof text === "string") parameters[name] = read(text);
}

function faultOf(location: string, error: ErrorObject): ValidationFault {
  const params = error.params as Readonly<Record<string, unknown>>;
  const within = error.instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const missing = error.keyword === "required" ? [String(params["missingProperty"])] : [];
  return {
    loc: [location, ...within, ...missing],
    msg: messages[error.keyword]?.(params) ?? error.message ?? "is not valid",
    type: error.keyword,
    input: missing.length > 0 ? null : shortened(error.data),
  };
}

const messages: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => string>> = {
  required: () => "is missing",
  pattern: ({ pattern }) => `does not match ${String(pattern)}`,
  minLength: ({ limit }) => `is shorter than ${String(limit)}`,
  maxLength: ({ limit }) => `is longer than ${String(limit)}`,
  minimum: ({ limit }) => `is less than ${String(limit)}`,
  maximum: ({ limit }) => `is more than ${String(limit)}`,
  minProperties: ({ limit }) => `has fewer than ${String(limit)} members`,
  not: () => "is not allowed",
  type: ({ type }) => `is no ${String(type)}`,
};

const shownCharacters = 200;

/** What was sent, as far as it helps: an answer is not to be as long as the request. */
function shortened(input: unknown): unknown {
  if (typeof input === "string")
    return input.length > shownCharacters ? `${input.slice(0, shownCharacters)}…` : input;
  return typeof input === "object" && input !== null ? null : input;
}
