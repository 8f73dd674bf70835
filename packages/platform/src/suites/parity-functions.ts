import { eventually } from "../shared/eventually.ts";
import { askApi } from "./clients/api-client.ts";
import {
  converse,
  type Exchange,
  expectByContract,
  loadRules,
  ownName,
  readOwnContract,
} from "./parity-conversation.ts";
import {
  ask,
  askCache,
  askEverything,
  askNothing,
  unknownPaths,
  unknownSecrets,
} from "./parity-requests.ts";
import { forgetQueues } from "./parity-queues.ts";
import { expectMetricFamilies } from "./parity-metrics.ts";
import type { CheckContext } from "./suite.ts";

export interface ParityContext extends CheckContext {
  /** The reference API that is looked at. */
  readonly api: string;
}

export interface ParityFunction {
  readonly title: string;
  readonly fault: string;
  readonly run: (context: ParityContext) => Promise<void>;
}

/** What each API has to do, in the order of the specification: the contract is what they are equal to. */
export const parityFunctions: readonly ParityFunction[] = [
  {
    title: "the root tells what it is",
    fault: "api-nameless",
    run: async (context) => {
      const { info } = (await readOwnContract()).document as unknown as Document;
      const [root] = await talk(context, "GET /");
      const { name, version } = bodyOf(root);
      context.expect("name and version", [name, version]).equals([info.title, info.version]);
    },
  },
  {
    title: "the root has the contract's keys, and no others",
    fault: "api-nameless",
    run: async (context) => expectByContract(context, await talk(context, "GET /")),
  },
  {
    title: "/openapi.json is a valid document",
    fault: "api-document-without-info",
    run: async (context) => {
      const [document] = await talk(context, "GET /openapi.json");
      const { Validator } = await import("@seriousme/openapi-schema-validator"); // with all of ajv
      const { valid, errors } = await new Validator().validate({ ...bodyOf(document) });
      context.expect("errors", errors ?? []).equals([]);
      context.expect("validity", valid).equals(true);
    },
  },
  {
    title: "its paths, operations and schemas are the contract's",
    fault: "api-document-without-info",
    run: async (context) => {
      const { differences } = await loadRules();
      const [document] = await talk(context, "GET /openapi.json");
      const { document: contract } = await readOwnContract();
      const { paths, components } = bodyOf(document);
      context.expect("differences in paths", differences(paths, contract.paths)).equals([]);
      context
        .expect("differences in components", differences(components, contract.components))
        .equals([]);
    },
  },
  {
    title: "its version is OpenAPI 3's",
    fault: "api-document-of-swagger",
    run: async (context) => {
      const [document] = await talk(context, "GET /openapi.json");
      context.expect("openapi", bodyOf(document)["openapi"]).matches(/^3\.\d+\.\d+$/);
    },
  },
  {
    title: "/health/ is ok",
    fault: "api-health-in-other-words",
    run: async (context) => {
      const [health] = await talk(context, "GET /health/");
      context.expect("status", health?.answer.status).equals(200);
      context.expect("body", bodyOf(health)).equals({ status: "ok" });
    },
  },
  {
    title: "/health/ and what is below it have the contract's structure",
    fault: "api-health-in-other-words",
    run: async (context) =>
      expectByContract(
        context,
        await talk(
          context,
          ...["", "vault", "postgres", "mysql", "mongodb", "redis", "rabbitmq", "all"].map(
            (each) => `GET /health/${each}`,
          ),
        ),
      ),
  },
  {
    title: "/health/vault tells what the vault tells of itself",
    fault: "api-vault-health-invented",
    run: async (context) => {
      const [health] = await talk(context, "GET /health/vault");
      const { initialized, sealed, standby, version } =
        (await context.stack.vault.read("sys/health")) ?? {};
      context
        .expect("status and details", [bodyOf(health)["status"], bodyOf(health)["details"]])
        .equals(["healthy", { status: "active", initialized, sealed, standby, version }]);
    },
  },
  {
    title: "/health, with or without a slash, plain or over TLS, is the same",
    fault: "api-health-in-other-words",
    run: async ({ api, expect, stack }) => {
      const answers = [
        await askApi(stack, api, "/health/"),
        await askApi(stack, api, "/health"),
        await askApi(stack, api, "/health/", {}, "https"),
      ];
      for (const { status, text } of answers)
        expect("status and body", [status, text]).equals([200, answers[1]?.text]);
    },
  },
  {
    title: "a secret that it may not read is 503, a key that is not there 404, a wrong name 422",
    fault: "api-secrets-invented",
    run: async (context) => {
      const exchanges = await talk(context, ...unknownSecrets);
      const statuses = exchanges.map(({ answer }) => answer.status);
      // The vault does not tell whom it refuses whether there is such a secret.
      context.expect("statuses", statuses).equals([503, 503, 404, 422, 422, 422]);
      context
        .expect("details", bodyOf(exchanges[0])["details"])
        .equals({ service: "vault", reason: "forbidden" });
      for (const { faults } of exchanges) context.expect("not by the contract", faults).equals([]);
    },
  },
  {
    title: "GET of a key that is not there tells so",
    fault: "api-cache-invented",
    run: async (context) => {
      const key = ownName();
      const [entry] = await talk(context, `GET /examples/cache/${key}`);
      context.expect("body", bodyOf(entry)).equals({ key, value: null, exists: false, ttl: null });
    },
  },
  {
    title: "a key can be set, read, deleted, and goes when its time is up",
    fault: "api-cache-invented",
    run: async (context) => {
      const name = ownName();
      const exchanges = await converse(context, context.api, await askCache(name), name);
      expectByContract(context, exchanges);
      const values = exchanges.map(
        (each) => bodyOf(each)["value"] ?? bodyOf(each)["deleted"] ?? null,
      );
      context
        .expect("values", values)
        .equals([null, "one", "one", "two", "two", true, false, null]);
      await expectToExpire(context, name);
    },
  },
  {
    title: "/metrics is Prometheus' text",
    fault: "api-metrics-in-json",
    run: async (context) => {
      const [metrics] = await talk(context, "GET /metrics");
      context
        .expect("type", metrics?.answer.headers["content-type"])
        .matches(/^text\/plain; ?version=0\.0\.4/);
      const { parseMetrics } = await loadRules();
      const families = parseMetrics(metrics?.answer.text ?? "");
      context.expect("families", families.size).satisfies("at least 1", families.size > 0);
    },
  },
  {
    title: "its families have the names, types and labels that are told of",
    fault: "api-metrics-in-json",
    run: async (context) => expectMetricFamilies(context, context.api),
  },
  {
    title: "what is not there is answered with the error envelope",
    fault: "api-404-as-a-page",
    run: async (context) => {
      const exchanges = await converse(context, context.api, await askNothing(...unknownPaths));
      for (const { answer, faults } of exchanges) {
        context.expect("status", answer.status).equals(404);
        context.expect("not by the contract", faults).equals([]);
        context
          .expect("request_id", answer.json?.["request_id"])
          .equals(answer.headers["x-request-id"]);
      }
    },
  },
  {
    title: "whatever is not there, the answer is the same",
    fault: "api-404-as-a-page",
    run: async (context) => {
      const { differences } = await loadRules();
      const [first, ...others] = await converse(
        context,
        context.api,
        await askNothing(...unknownPaths),
      );
      for (const { comparable, request } of others)
        context
          .expect(`differences to ${request.what}`, differences(first?.comparable, comparable))
          .equals([]);
    },
  },
  {
    title: "what the contract allows is answered by the contract, for every operation",
    fault: "api-cache-invented",
    run: async (context) => expectAll(context, "valid"),
  },
  {
    title: "what the contract does not allow is refused, for every operation",
    fault: "api-cache-invented",
    run: async (context) => expectAll(context, "invalid"),
  },
];

interface Document {
  readonly info: { readonly title: string; readonly version: string };
}

async function talk(
  context: ParityContext,
  ...lines: readonly string[]
): Promise<readonly Exchange[]> {
  return converse(context, context.api, await ask(...lines));
}

async function expectAll(context: ParityContext, kind: "valid" | "invalid"): Promise<void> {
  const name = ownName();
  await using _ = forgetQueues(context.stack, name);
  const requests = await askEverything(kind, name);
  expectByContract(context, await converse(context, context.api, requests, name));
  context.print(`${requests.length} requests`);
}

async function expectToExpire(context: ParityContext, key: string): Promise<void> {
  const [set] = await talk(context, `POST /examples/cache/${key}?value=brief&ttl=1`);
  context.expect("status of POST with ttl=1", set?.answer.status).equals(200);
  await eventually(
    async () => {
      const [entry] = await talk(context, `GET /examples/cache/${key}`);
      context.expect("exists after its time", bodyOf(entry)["exists"]).equals(false);
    },
    { deadlineMs: 10_000 },
  );
}

function bodyOf(exchange: Exchange | undefined): Readonly<Record<string, unknown>> {
  return exchange?.answer.json ?? {};
}
