import { referenceApis } from "../services/reference-apis/apis.ts";
import { eventually } from "../shared/eventually.ts";
import { askApi } from "./clients/api-client.ts";
import { comparisons } from "./parity-comparisons.ts";
import { parityFaults } from "./parity-faults.ts";
import { parityFunctions } from "./parity-functions.ts";
import type { Check, CheckContext, Suite } from "./suite.ts";

const apis = referenceApis.map(({ name }) => name);

/** `parity.contract-api.03`, and `parity.reference-api+contract-api.03` of the comparison of two. */
export const paritySuite: Suite = {
  name: "parity",
  summary: "the reference APIs keep to one contract: each by itself, and every two compared",
  services: ["postgres", "mysql", "mongodb", "redis", "rabbitmq", ...apis],
  disruptive: false,
  checks: [
    ...apis.flatMap((api) => numbered(api, parityFunctions, { api })),
    ...pairsOf(apis).flatMap((pair) => numbered(pair.join("+"), comparisons, { pair })),
  ],
  faults: parityFaults,
};

function numbered<About extends object>(
  about: string,
  rows: readonly {
    readonly title: string;
    readonly fault: string;
    readonly run: (context: CheckContext & About) => Promise<void>;
  }[],
  more: About,
): readonly Check[] {
  return rows.map(({ title, fault, run }, index) => ({
    id: `parity.${about}.${String(index + 1).padStart(2, "0")}`,
    title: `${about}: ${title}`,
    fault,
    run: async (context) => {
      for (const api of about.split("+")) await settle(context, api);
      await run({ ...context, ...more });
    },
  }));
}

/** Right after a start on a busy machine a first connection may take longer than a health check waits. */
async function settle({ expect, stack }: CheckContext, api: string): Promise<void> {
  const fresh = { headers: { "cache-control": "no-cache" } };
  await eventually(
    async () => {
      const { json } = await askApi(stack, api, "/health/all", fresh);
      expect(`status of /health/all of ${api}`, json?.["status"]).equals("healthy");
    },
    { deadlineMs: 60_000 },
  );
}

function pairsOf(names: readonly string[]): readonly (readonly [string, string])[] {
  return names.flatMap((one, index) =>
    names.slice(index + 1).map((other) => [one, other] as const),
  );
}
