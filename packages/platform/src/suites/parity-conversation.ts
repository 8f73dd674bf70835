import { randomBytes } from "node:crypto";
import path from "node:path";
import type {
  Contract,
  Operation,
  ParityRequest,
  ReadAnswer,
} from "../../../../contract/parity/index.ts";
import type * as Rules from "../../../../contract/parity/index.ts";
import { checkout } from "../toolchain/checkout-code.ts";
import { type ApiAnswer, askApi } from "./clients/api-client.ts";
import type { CheckContext } from "./suite.ts";

/** The parity rules are loaded with the first check that needs them: every command loads the list of checks. */
export const loadRules = async (): Promise<typeof Rules> =>
  import("../../../../contract/parity/index.ts");

let contract: Promise<Contract> | undefined;

/** Read once: it does not change under a run. */
export async function readOwnContract(): Promise<Contract> {
  const { readContract } = await loadRules();
  return (contract ??= readContract(path.join(checkout, "contract", "openapi.yaml")));
}

export interface Exchange extends ReadAnswer {
  readonly request: AskedRequest;
  readonly answer: ApiAnswer;
}

/** `operation` is undefined where the contract has none. */
export type AskedRequest = Pick<
  ParityRequest,
  "what" | "method" | "path" | "headers" | "body" | "refusal"
> & {
  readonly operation: Operation | undefined;
};

/** A name that nobody else has. Stands for itself in what is compared, whatever it is. */
export function ownName(): string {
  return `parity-${randomBytes(6).toString("hex")}`;
}

/** Asks one API these things, one after the other; nothing is answered from its cache. */
export async function converse(
  { stack, skip }: CheckContext,
  api: string,
  requests: readonly AskedRequest[],
  name = "",
): Promise<readonly Exchange[]> {
  const { AnswerReader } = await loadRules();
  const reader = new AnswerReader(await readOwnContract());
  const exchanges: Exchange[] = [];
  for (const request of requests) {
    const { method, headers, body, operation } = request;
    const answer = await askApi(stack, api, request.path, {
      method,
      headers: { "cache-control": "no-cache", ...headers },
      ...(body === undefined ? {} : { text: body }),
    });
    const limit = Number(answer.headers["x-ratelimit-limit"]);
    if (limit < requests.length * 10)
      skip(
        `${api} lets ${limit} requests a minute through, and this check makes ${requests.length}`,
      );
    const text = name === "" ? answer.text : answer.text.replaceAll(name, "(own name)");
    exchanges.push({ request, answer, ...reader.read(operation, { ...answer, text }) });
  }
  return exchanges;
}

/** Every answer is as the contract has it, and of the status that the request asks for. */
export function expectByContract({ expect }: CheckContext, exchanges: readonly Exchange[]): void {
  for (const { request, answer, faults } of exchanges) {
    const what = `${request.what} (${request.method} ${request.path.slice(0, 80)})`;
    if (request.refusal === undefined)
      expect(`status of ${what}`, answer.status).satisfies(
        "none of a wrong request",
        ![400, 405, 413, 415, 422].includes(answer.status),
      );
    else expect(`status of ${what}`, answer.status).equals(request.refusal);
    expect(`what is not by the contract in the answer to ${what}`, faults).equals([]);
    expect(`X-Cache of ${what}`, answer.headers["x-cache"] ?? "MISS").equals("MISS");
  }
}

/** Two APIs answered alike, apart from what the contract lets vary. */
export async function expectAlike(
  { expect }: CheckContext,
  one: readonly Exchange[],
  other: readonly Exchange[],
): Promise<void> {
  const { differences } = await loadRules();
  for (const [index, { request, comparable }] of one.entries())
    expect(
      `differences in the answers to ${request.what}`,
      differences(comparable, other[index]?.comparable),
    ).equals([]);
}
