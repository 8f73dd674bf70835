import {
  type AskedRequest,
  converse,
  expectAlike,
  loadRules,
  ownName,
} from "./parity-conversation.ts";
import { readFamilies } from "./parity-metrics.ts";
import { forgetQueues } from "./parity-queues.ts";
import {
  ask,
  askCache,
  askEverything,
  askNothing,
  unknownPaths,
  unknownSecrets,
} from "./parity-requests.ts";
import type { CheckContext } from "./suite.ts";

export interface PairContext extends CheckContext {
  /** Two reference APIs. */
  readonly pair: readonly [string, string];
}

export interface Comparison {
  readonly title: string;
  readonly fault: string;
  readonly run: (context: PairContext) => Promise<void>;
}

/** What two APIs are asked alike and have to answer alike. */
export const comparisons: readonly Comparison[] = [
  comparing("the root", "api-alone-root", async () => ask("GET /")),
  comparing("the document", "api-alone-document", async () => ask("GET /openapi.json")),
  comparing("health", "api-alone-health", async () =>
    ask("GET /health/", "GET /health", "GET /health/vault", "GET /health/all"),
  ),
  comparing("what they say of secrets that are not there", "api-alone-secrets", async () =>
    ask(...unknownSecrets),
  ),
  comparing("a key's way through the cache", "api-alone-cache", askCache),
  {
    title: "families, types and labels of the metrics are the same",
    fault: "api-alone-metrics",
    run: async (context) => {
      const { differences } = await loadRules();
      const [one, other] = context.pair;
      const families = await readFamilies(context, one);
      const others = await readFamilies(context, other);
      context
        .expect("differences in families", differences(families.families, others.families))
        .equals([]);
    },
  },
  comparing("what they say of paths and methods that are not there", "api-alone-404", async () => [
    ...(await askNothing(...unknownPaths)),
    ...(await askNothing("DELETE /health/", "PUT /examples/cache/key", "PATCH /")),
  ]),
  comparing("every operation, asked as the contract allows", "api-alone-cache", async (name) =>
    askEverything("valid", name),
  ),
  comparing("every operation, asked as it does not", "api-alone-validation", async (name) =>
    askEverything("invalid", name),
  ),
];

/** Each is asked in names of its own, so that neither finds what the other left. */
function comparing(
  what: string,
  fault: string,
  requests: (name: string) => Promise<readonly AskedRequest[]>,
): Comparison {
  const talk = async (context: PairContext, api: string) => {
    const name = ownName();
    await using _ = forgetQueues(context.stack, name);
    return converse(context, api, await requests(name), name);
  };
  return {
    title: `${what}: answered alike`,
    fault,
    run: async (context) => {
      const [one, other] = context.pair;
      await expectAlike(context, await talk(context, one), await talk(context, other));
    },
  };
}
