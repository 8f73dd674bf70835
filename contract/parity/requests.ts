import type { Contract, Operation, Parameter } from "./contract.ts";
import { invalidSamples, type Sample, validSamples } from "./samples.ts";

/** A request that the contract tells how to answer. */
export interface ParityRequest {
  readonly operation: Operation;
  /** "getCacheEntry with key: one too long" */
  readonly what: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The status of a request that is not valid. */
  readonly refusal?: number;
}

export interface RequestOptions {
  /** Values for parameters of a kind (`CacheKey`), where the contract's own examples would not do. */
  readonly values?: Readonly<Record<string, string>>;
}

/** Not all that a schema allows can be written in a header. */
const headerSamples: readonly Sample[] = [{ what: "one that means nothing", text: '"nothing"' }];

/** For every operation: each parameter at its edges, the others as usual. */
export function validRequests(
  { operations }: Contract,
  options: RequestOptions = {},
): readonly ParityRequest[] {
  return operations.flatMap((operation) => {
    const usual = usualValues(operation, options);
    const varied = operation.parameters.flatMap((parameter) =>
      (parameter.in === "header"
        ? headerSamples
        : validSamples(parameter.schema, usualValue(parameter, options))
      )
        .filter(({ text }) => text !== usual.get(parameter)?.text)
        .map((sample) => [parameter, sample] as const),
    );
    const required = new Map([...usual].filter(([parameter]) => parameter.required));
    return [
      request(operation, "as usual", usual),
      ...(required.size < usual.size
        ? [request(operation, "with what is required alone", required)]
        : []),
      ...varied.map(([parameter, sample]) =>
        request(
          operation,
          `with ${parameter.name}: ${sample.what}`,
          new Map([...usual, [parameter, sample]]),
        ),
      ),
    ];
  });
}

/** For every operation: one parameter or the body wrong in each way, or a method that the path does not have. */
export function invalidRequests(
  contract: Contract,
  options: RequestOptions = {},
): readonly ParityRequest[] {
  return contract.operations.flatMap((operation) => {
    const usual = usualValues(operation, options);
    const parameters = operation.parameters.filter((parameter) => parameter.in !== "header");
    return [
      ...parameters.flatMap((parameter) => wrongValues(operation, parameter, options)),
      ...wrongBodies(operation).map(({ what, refusal, ...sent }) => ({
        ...request(operation, `with ${what}`, usual),
        headers: {},
        ...sent,
        refusal,
      })),
      { ...request(operation, "with PATCH", usual), method: "PATCH", refusal: 405 },
    ];
  });
}

function wrongValues(
  operation: Operation,
  parameter: Parameter,
  options: RequestOptions,
): readonly ParityRequest[] {
  const usual = usualValues(operation, options);
  const without = new Map([...usual].filter(([each]) => each !== parameter));
  const samples = invalidSamples(parameter.schema, usualValue(parameter, options))
    // An empty part of a path is another path.
    .filter(({ text }) => text !== "" || parameter.in === "query");
  return [
    ...(parameter.in === "query" && parameter.required
      ? [{ ...request(operation, `without ${parameter.name}`, without), refusal: 422 }]
      : []),
    ...samples.map((sample) => ({
      ...request(
        operation,
        `with ${parameter.name}: ${sample.what}`,
        new Map([...usual, [parameter, sample]]),
      ),
      refusal: 422,
    })),
  ];
}

const json = { "content-type": "application/json" };

/** Of a body that has to be a JSON object. */
function wrongBodies(operation: Operation): readonly {
  readonly what: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly refusal: number;
}[] {
  if (!operation.body) return [];
  const example = JSON.stringify(operation.body.example);
  const tooLong = JSON.stringify({ text: "x".repeat(1_000_000) });
  return [
    ...["", "{}", "[]", "[1]", '"text"', "null", "{", "{} {}"].map((body) => ({
      what: `the body ${body || "of no bytes"}`,
      headers: json,
      body,
      refusal: 422,
    })),
    { what: "a body of more characters", headers: json, body: tooLong, refusal: 422 },
    {
      what: "text that is JSON",
      headers: { "content-type": "text/plain" },
      body: example,
      refusal: 422,
    },
    {
      what: "a body of another type",
      headers: { "content-type": "application/xml" },
      body: example,
      refusal: 415,
    },
    { what: "a body of no type", body: example, refusal: 400 },
    {
      // It is refused for what it says: nobody has to send, or read, all of it.
      what: "a body of more bytes",
      headers: { ...json, "content-length": String(10 * 1024 * 1024 + 1) },
      body: "{",
      refusal: 413,
    },
  ];
}

function usualValues(operation: Operation, options: RequestOptions): Map<Parameter, Sample> {
  return new Map(
    operation.parameters
      .filter((parameter) => parameter.in !== "header")
      .map((parameter) => [
        parameter,
        { what: "a usual one", text: usualValue(parameter, options) },
      ]),
  );
}

function usualValue(
  { kind = "", schema, name }: Parameter,
  { values = {} }: RequestOptions,
): string {
  const [example] = (schema["examples"] ?? []) as readonly unknown[];
  return values[kind] ?? String(example ?? name);
}

function request(
  operation: Operation,
  how: string,
  values: ReadonlyMap<Parameter, Sample>,
): ParityRequest {
  let path = operation.path;
  const query: string[] = [];
  const headers: Record<string, string> = operation.body ? { ...json } : {};
  for (const [{ name, in: place }, { text, encoded = encodeURIComponent(text) }] of values) {
    if (place === "path") path = path.replace(`{${name}}`, encoded);
    else if (place === "query") query.push(`${name}=${encoded}`);
    else headers[name.toLowerCase()] = text;
  }
  return {
    operation,
    what: `${operation.operationId} ${how}`,
    method: operation.method,
    path: query.length === 0 ? path : `${path}?${query.join("&")}`,
    headers,
    ...(operation.body ? { body: JSON.stringify(operation.body.example) } : {}),
  };
}
