import { converse, loadRules, readOwnContract } from "./parity-conversation.ts";
import { ask, askNothing } from "./parity-requests.ts";
import type { CheckContext } from "./suite.ts";

type Families = Readonly<
  Record<string, { readonly type: string; readonly labels: readonly string[] }>
>;

/** What every API counts and measures; `pool_…` gauges and those of its language's runtime come to it. */
const expected: Families = {
  cache_hits_total: { type: "counter", labels: [] },
  cache_invalidations_total: { type: "counter", labels: [] },
  cache_misses_total: { type: "counter", labels: [] },
  circuit_breaker_closed_total: { type: "counter", labels: ["service"] },
  circuit_breaker_failures_total: { type: "counter", labels: ["service"] },
  circuit_breaker_half_open_total: { type: "counter", labels: ["service"] },
  circuit_breaker_opened_total: { type: "counter", labels: ["service"] },
  circuit_breaker_state: { type: "gauge", labels: ["service"] },
  http_errors_total: { type: "counter", labels: ["error_type", "status_code"] },
  http_request_duration_seconds: { type: "histogram", labels: ["endpoint", "method"] },
  http_requests_in_progress: { type: "gauge", labels: [] },
  http_requests_total: { type: "counter", labels: ["endpoint", "method", "status"] },
  rate_limit_exceeded_total: { type: "counter", labels: [] },
};

/** Its families; `endpoint` has no values but templates of the contract. */
export async function expectMetricFamilies(context: CheckContext, api: string): Promise<void> {
  const { differences } = await loadRules();
  const { families, text } = await readFamilies(context, api);
  const own = Object.fromEntries(Object.entries(families).filter(([name]) => name in expected));
  context.expect("differences in families", differences(own, expected)).equals([]);
  const { document } = await readOwnContract();
  const endpoints = new Set([...text.matchAll(/endpoint="([^"]*)"/g)].map(([, name = ""]) => name));
  const strange = [...endpoints].filter(
    (name) => !(name in document.paths) && name !== "unmatched" && !name.startsWith("/docs/"),
  );
  context.expect("endpoints that are no paths of the contract", strange).equals([]);
}

/** After a request that was answered and one that was refused, so that there is something of each family. */
export async function readFamilies(
  context: CheckContext,
  api: string,
): Promise<{ readonly families: Families; readonly text: string }> {
  const { comparableFamilies, parseMetrics } = await loadRules();
  await converse(context, api, await ask("GET /health/all"));
  await converse(context, api, await askNothing("GET /nothing-there"));
  const [metrics] = await converse(context, api, await ask("GET /metrics"));
  const text = metrics?.answer.text ?? "";
  const differs = metrics?.request.operation?.differs ?? [];
  return { families: comparableFamilies(parseMetrics(text), differs), text };
}
