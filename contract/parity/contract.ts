import { readFile } from "node:fs/promises";
import { load } from "js-yaml";

/** What the parity suite reads of the contract. */
export interface Contract {
  /** The whole, as it is written. */
  readonly document: OpenApiDocument;
  /** In the order in which they are written. */
  readonly operations: readonly Operation[];
}

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  /** As OpenAPI writes it: `/examples/cache/{key}`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Of JSON. */
  readonly body: { readonly schema: Schema; readonly example: unknown } | undefined;
  /** By status. */
  readonly responses: Readonly<Record<string, Response>>;
  /** Names of families of /metrics. */
  readonly differs: readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: Schema;
  /** The component that the schema is, where it is one: `CacheKey`. */
  readonly kind: string | undefined;
}

export interface Response {
  readonly headers: readonly string[];
  readonly content: Readonly<Record<string, unknown>>;
  /** Where it stands in the document, as a JSON pointer. */
  readonly pointer: string;
}

export type Schema = Readonly<Record<string, unknown>>;

interface OpenApiDocument extends Schema {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> } & Schema;
}

export async function readContract(file: string): Promise<Contract> {
  // By way of JSON, which is how it is served.
  const document = JSON.parse(
    JSON.stringify(load(await readFile(file, "utf8"))),
  ) as OpenApiDocument;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, text]) => operationOf(document, path, method, text)),
  );
  return { document, operations };
}

function operationOf(
  document: OpenApiDocument,
  path: string,
  method: string,
  text: Schema,
): Operation {
  const at = `/paths/${path.replaceAll("~", "~0").replaceAll("/", "~1")}/${method}`;
  const parameters = (text["parameters"] ?? []) as readonly Schema[];
  const content = valueAt(text["requestBody"], "content", "application/json");
  return {
    operationId: String(text["operationId"]),
    method: method.toUpperCase(),
    path,
    parameters: parameters.map((parameter) => parameterOf(document, parameter)),
    body: content && {
      schema: follow(document, content["schema"] as Schema).value,
      example: content["example"],
    },
    responses: Object.fromEntries(
      Object.entries(text["responses"] as Readonly<Record<string, Schema>>).map(
        ([status, response]) => [
          status,
          responseOf(document, response, `${at}/responses/${status}`),
        ],
      ),
    ),
    differs: (text["x-differs-by-implementation"] ?? []) as readonly string[],
  };
}

function parameterOf(document: OpenApiDocument, text: Schema): Parameter {
  const { value, pointer } = follow(document, text["schema"] as Schema);
  return {
    name: String(text["name"]),
    in: text["in"] as Parameter["in"],
    required: text["required"] === true,
    schema: value,
    kind: pointer?.split("/").at(-1),
  };
}

function responseOf(document: OpenApiDocument, text: Schema, at: string): Response {
  const { value, pointer = at } = follow(document, text);
  return {
    headers: Object.keys((value["headers"] ?? {}) as object).map((name) => name.toLowerCase()),
    content: (value["content"] ?? {}) as Readonly<Record<string, unknown>>,
    pointer,
  };
}

/** What a reference stands for, and where that is. */
function follow(
  document: OpenApiDocument,
  value: Schema,
): { readonly value: Schema; readonly pointer?: string } {
  const reference = value["$ref"];
  if (typeof reference !== "string") return { value };
  const pointer = reference.slice(1);
  const target = valueAt(document, ...pointer.split("/").slice(1));
  if (!target) throw new Error(`${reference} is not in the contract`);
  return { value: target, pointer };
}

function valueAt(value: unknown, ...steps: readonly string[]): Schema | undefined {
  return steps.reduce<unknown>((each, step) => (each as Schema | undefined)?.[step], value) as
    | Schema
    | undefined;
}
