import { expect } from "vitest";
import type { ApiAnswer } from "../../src/suites/clients/api-client.ts";
import { definitions } from "../../src/services/registry.ts";
import type { StackHandle } from "../../src/suites/stack-handle.ts";
import type { ApiProcess } from "./api-process.ts";
import { everyRoute } from "./every-route.ts";

/** What no client is told of a failure: addresses, files, stacks, and the words of drivers. */
export const driversWords =
  /127\.0\.0\.1|localhost|::1|\bE(CONN|TIMEDOUT|NOTFOUND|PIPE|HOST|AI_)|node_modules|\bat .+:\d+:\d+|\.[cm]?[jt]s\b|\/(var|etc|home|root|tmp)\/|SASL|scram|pg_hba|Access denied|ACCESS_REFUSED|NOAUTH|WRONGPASS|CLUSTERDOWN|MOVED|MongoServer|Topology|ClusterAll|AggregateError|[Ss]ocket|handshake|[Cc]ertificate/;

export type Ask = ApiProcess["ask"];

/** Every route once, whatever the state of what lies behind it; no body may tell what it must not. */
export async function expectCleanBodies(
  ask: Ask,
  secrets: readonly string[],
  state: string,
): Promise<ReadonlyMap<string, ApiAnswer>> {
  const answers = new Map<string, ApiAnswer>();
  for (const [at, request] of everyRoute) {
    const answer = await ask(at, request);
    const label = `${request?.method ?? "GET"} ${at} with ${state}`;
    expect(answer.status, `${label}: ${answer.text}`).toSatisfy((status: number) =>
      [200, 404, 503, 504].includes(status),
    );
    for (const secret of secrets) expect(answer.text.includes(secret), label).toBe(false);
    if (answer.status >= 400) expectEnvelope(answer, label);
    if (answer.status >= 400 || at.startsWith("/health"))
      expect(withoutHosts(answer.json), label).not.toMatch(driversWords);
    answers.set(`${request?.method ?? "GET"} ${at}`, answer);
  }
  return answers;
}

/** The one shape of every error. */
export function expectEnvelope({ status, json, headers }: ApiAnswer, label: string): void {
  expect(json, label).toMatchObject({
    error: expect.any(String),
    message: expect.any(String),
    status_code: status,
    request_id: headers["x-request-id"],
  });
}

/** Of nodes of Redis, which tell where they are. */
function withoutHosts(json: ApiAnswer["json"]): string {
  return JSON.stringify(json, (key, value: unknown) => (key === "host" ? undefined : value));
}

/** Every password and key that the vault holds for the stack. */
export async function secretsOf(stack: StackHandle): Promise<readonly string[]> {
  const entries = await Promise.all(
    definitions.flatMap(({ credentials }) => credentials.map(({ path }) => stack.secret(path))),
  );
  return entries
    .flatMap((entry) => Object.values(entry))
    .filter((value) => typeof value === "string" && value.length === 25);
}
