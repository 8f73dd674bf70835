import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { closeObjects } from "./close-objects.ts";
import type { Contract, Operation, Response, Schema } from "./contract.ts";

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

export interface ReadAnswer {
  /** In what the answer is not as the contract has it. */
  readonly faults: readonly string[];
  /** The answer without what the contract lets vary: that of another implementation has to be equal. */
  readonly comparable: {
    readonly status: number;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: unknown;
  };
}

/** These belong to a connection, or follow from what is compared already. */
const headersOfTransport = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
]);
const varyingHeaders = new Set([
  "etag",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
  "x-request-id",
]);
const varies = "(varies)";

/** Holds answers to the contract, and tells what of them is to be the same everywhere. */
export class AnswerReader {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor({ document }: Contract) {
    // What varies is replaced as it is validated: the contract marks it where it says what it is.
    for (const keyword of ["x-varies", "x-differs-by-implementation"])
      this.#ajv.addKeyword({
        keyword,
        post: true,
        modifying: true,
        compile: (_value, _parent, { errSchemaPath }) => {
          const isEntry = errSchemaPath.endsWith("/additionalProperties");
          return (_data, context) => {
            const holder = context?.parentData as Record<string | number, unknown> | undefined;
            if (!holder || !context) return true;
            if (isEntry) delete holder[context.parentDataProperty];
            else holder[context.parentDataProperty] = varies;
            return true;
          };
        },
      });
    this.#ajv.addSchema(closeObjects(document) as Schema, "contract");
  }

  /** `operation` is undefined of paths and methods that the contract does not have. */
  read(operation: Operation | undefined, answer: Answer): ReadAnswer {
    const response = operation?.responses[String(answer.status)] ?? unlisted[answer.status];
    const faults: string[] = [];
    const comparable = {
      status: answer.status,
      headers: comparableHeaders(answer.headers),
      body: answer.text as unknown,
    };
    if (!response) return { faults: [`status ${answer.status}`], comparable };
    for (const name of response.headers)
      if (answer.headers[name] === undefined) faults.push(`no header ${name}`);
    const [type = "no type"] = String(answer.headers["content-type"]).split(";");
    if (Object.keys(response.content).length === 0) {
      if (answer.text !== "") faults.push("a body");
    } else if (!Object.hasOwn(response.content, type)) faults.push(`the type ${type}`);
    else if (type !== "application/json") comparable.body = `(${type})`;
    else comparable.body = this.#readJson(response, answer.text, faults);
    return { faults, comparable };
  }

  #readJson(response: Response, text: string, faults: string[]): unknown {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      faults.push("no JSON");
      return text;
    }
    const validate = this.#validatorOf(`${response.pointer}/content/application~1json/schema`);
    if (!validate(body))
      for (const { instancePath, message, params } of validate.errors ?? [])
        faults.push(`${instancePath || "the body"} ${message} ${JSON.stringify(params)}`);
    return body;
  }

  #validatorOf(pointer: string): ValidateFunction {
    let validate = this.#validators.get(pointer);
    if (!validate) {
      validate = this.#ajv.compile({ $ref: `contract#${encodeURI(pointer)}` });
      this.#validators.set(pointer, validate);
    }
    return validate;
  }
}

/** What every path that there is not, and every method that a path does not have, is answered with. */
const envelope: Response = {
  headers: ["x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"],
  content: { "application/json": {} },
  pointer: "/components/responses/NotFound",
};
const unlisted: Readonly<Record<number, Response>> = {
  404: envelope,
  405: { ...envelope, headers: [...envelope.headers, "allow"] },
};

function comparableHeaders(headers: Answer["headers"]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !headersOfTransport.has(name))
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([name, value]) => [name, varyingHeaders.has(name) ? varies : value]),
  );
}
