import { randomUUID, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { eventually } from "../shared/eventually.ts";
import { listeningSockets } from "../supervisor/listening-sockets.ts";
import { expectMasters, expectOwnPage, expectReplicas, expectSlots } from "./api-expectations.ts";
import { type ApiAnswer, type ApiRequest, askApi } from "./clients/api-client.ts";
import { withRabbitChannel } from "./clients/rabbitmq-client.ts";
import { redisInstances } from "./clients/redis-client.ts";
import { expectHealthyProcess } from "./service-checks.ts";
import { portOf } from "./stack-handle.ts";
import type { CheckContext } from "./suite.ts";

export interface ApiCheckContext extends CheckContext {
  /** The reference API that is looked at. */
  readonly api: string;
}

export interface ApiCheck {
  readonly title: string;
  readonly fault: string;
  readonly run: (context: ApiCheckContext) => Promise<void>;
}

const dependencies = ["vault", "postgres", "mysql", "mongodb", "redis", "rabbitmq"];
const name = "DevStack Core - Reference API";

/** The fourteen, in their order; each runs against every API. */
export const apiChecks: readonly ApiCheck[] = [
  {
    title: "the process is up, runs without privileges, and listens on its two ports alone",
    fault: "api-behind-a-shell",
    run: async (context) => {
      const { api, stack, expect } = context;
      await expectHealthyProcess(context, api);
      if (process.platform !== "linux") return;
      const pid =
        (await stack.processes()).find(({ instance }) => instance === api)?.pid ?? Number.NaN;
      const sockets = (await listeningSockets([pid])).map((one) => `${one.address}:${one.port}`);
      const ports = [portOf(stack, api, "http"), portOf(stack, api, "https")];
      expect(`what pid ${pid} listens on`, sockets.toSorted()).equals(
        ports.map((port) => `127.0.0.1:${port}`).toSorted(),
      );
    },
  },
  {
    title: "it answers over HTTP, and says what it is",
    fault: "api-nameless",
    run: async (context) => {
      const root = await get(context, "/");
      context.expect("name", root.json?.["name"]).equals(name);
      context.expect("X-Request-ID", root.headers["x-request-id"]).matches(/^[0-9a-f-]{36}$/);
      context
        .expect("body of /health/", (await get(context, "/health/")).json)
        .equals({ status: "ok" });
    },
  },
  {
    title: "it answers over HTTPS; its certificate verifies against the CA, and against no other",
    fault: "api-foreign-certificate",
    run: async (context) => {
      const { api, stack, expect } = context;
      const secure = async (more: ApiRequest = {}): Promise<ApiAnswer> =>
        askApi(stack, api, "/health/", more, "https");
      for (const servername of ["localhost", api, `${api}.dev-services.local`])
        expect(`status as ${servername}`, (await secure({ servername })).status).equals(200);
      await expect.refusal("another name", secure({ servername: "example.org" }), /altnames/);
      const leaf = await readFile(
        path.join(stack.folders.run, api, "tls", "certificate.pem"),
        "utf8",
      );
      const stranger = new X509Certificate(leaf).toString();
      await expect.refusal(
        "a CA that issued nothing",
        secure({ ca: stranger }),
        /unable to (get|verify)|self.signed/,
      );
    },
  },
  {
    title: "/health/all finds all six services healthy",
    fault: "rabbitmq-frozen",
    run: async (context) => {
      const healthy = Object.fromEntries(dependencies.map((each) => [each, "healthy"]));
      // On its first request it connects to all of them at once; what /health/all says then, it says for 30 s.
      for (const each of dependencies)
        await eventually(
          async () => {
            const { json } = await get(context, `/health/${each}`);
            context.expect(`health of ${each}`, json?.["status"]).equals("healthy");
          },
          { deadlineMs: 10_000, intervalMs: 200 },
        );
      const { json } = await get(context, "/health/all");
      const services = (json?.["services"] ?? {}) as Record<string, { readonly status?: string }>;
      const seen = Object.entries(services).map(([each, { status }]) => [each, status]);
      context.expect("services", Object.fromEntries(seen)).equals(healthy);
      context.expect("status", json?.["status"]).equals("healthy");
    },
  },
  {
    title: "Redis is a cluster in order, with three masters",
    fault: "api-cluster-mode-off",
    run: async (context) => {
      const { json } = await get(context, "/health/redis");
      const { cluster_enabled: enabled, cluster_state: state, total_nodes: total } = json ?? {};
      context
        .expect("cluster", { enabled, state, total })
        .equals({ enabled: true, state: "ok", total: 3 });
    },
  },
  {
    title:
      "/redis/cluster/nodes: three masters with ids and slots, three replicas with their masters",
    fault: "redis-standalone-node",
    run: async (context) => {
      const { json } = await get(context, "/redis/cluster/nodes");
      const masters = expectMasters(context, json);
      expectReplicas(context, json, masters);
    },
  },
  {
    title: "/redis/cluster/slots: 16384 of 16384, each once",
    fault: "redis-slot-dropped",
    run: async (context) => {
      const { json } = await get(context, "/redis/cluster/slots");
      context.expect("coverage_percentage", json?.["coverage_percentage"]).equals(100);
      context.expect("total_slots", json?.["total_slots"]).equals(16_384);
      context.expect("max_slots", json?.["max_slots"]).equals(16_384);
      expectSlots(context, json?.["slot_distribution"]);
    },
  },
  {
    title: "/redis/cluster/info gives the cluster's own words, numbers as numbers",
    fault: "api-numbers-as-texts",
    run: async (context) => {
      const { json } = await get(context, "/redis/cluster/info");
      const info = (json?.["cluster_info"] ?? {}) as Readonly<Record<string, unknown>>;
      context.expect("cluster_state", info["cluster_state"]).equals("ok");
      context.expect("cluster_slots_assigned", info["cluster_slots_assigned"]).equals(16_384);
      context.expect("cluster_size", info["cluster_size"]).equals(3);
    },
  },
  {
    title: "/redis/nodes/{name}/info: each node's version and that it is part of a cluster",
    fault: "redis-standalone-node",
    run: async (context) => {
      const { version } = await context.stack.engine("redis");
      for (const node of redisInstances) {
        const { json } = await get(context, `/redis/nodes/${node}/info`);
        const info = (json?.["info"] ?? {}) as Readonly<Record<string, unknown>>;
        const seen = [
          json?.["node"],
          String(info["redis_version"]),
          Number(info["cluster_enabled"]),
        ];
        context.expect(`node, version and cluster flag`, seen).equals([node, version, 1]);
      }
      await get(context, "/redis/nodes/redis-7/info", 404);
    },
  },
  {
    title: "/docs and /redoc are pages that load nothing from elsewhere",
    fault: "api-page-from-elsewhere",
    run: async (context) => {
      for (const page of ["/docs", "/redoc"])
        await expectOwnPage(context, page, async (at) => get(context, at));
    },
  },
  {
    title: "/openapi.json is a valid document of OpenAPI 3",
    fault: "api-document-without-info",
    run: async (context) => {
      const { json } = await get(context, "/openapi.json");
      const { Validator } = await import("@seriousme/openapi-schema-validator"); // with all of ajv
      const { valid, errors } = await new Validator().validate({ ...json });
      context.expect("errors", errors ?? []).equals([]);
      context.expect("validity", valid).equals(true);
      context.expect("openapi", json?.["openapi"]).matches(/^3\.\d+\.\d+$/);
      context
        .expect("title", (json?.["info"] as { title?: string } | undefined)?.title)
        .equals(name);
    },
  },
  {
    title: "it reads the vault as itself, masks what it shows, and reads nobody else's",
    fault: "api-own-entry-forbidden",
    run: async (context) => {
      const { api, expect } = context;
      const health = (await get(context, "/health/vault")).json;
      expect("status of the vault", health?.["status"]).equals("healthy");
      const own = (await get(context, `/examples/vault/secret/${api}`)).json;
      expect("own entry", own?.["data"]).equals({ api_key: "***" });
      const { user = "", password = "" } = await context.stack.secret("postgres");
      const answer = await get(context, "/examples/vault/secret/postgres");
      const data = answer.json?.["data"] as Readonly<Record<string, unknown>> | undefined;
      expect("user and password of postgres", [data?.["user"], data?.["password"]]).equals([
        user,
        "***",
      ]);
      expect("the password is in the answer", answer.text.includes(password)).equals(false);
      await get(context, "/examples/vault/secret/nothing-there", 404, 503);
      await get(context, "/examples/vault/secret/postgres-admin", 503);
    },
  },
  {
    title: "all three databases answer a query",
    fault: "mysql-frozen",
    run: async (context) => {
      for (const service of ["postgres", "mysql", "mongodb"]) {
        const { json } = await get(context, `/examples/database/${service}/query`);
        const { database } = await context.stack.secret(service);
        context.expect(`${service}'s database`, json?.["database"]).equals(database);
        if (service === "mongodb")
          context
            .expect("collections", json?.["collections"])
            .satisfies(
              "a list as long as count says",
              Array.isArray(json?.["collections"]) && json["collections"].length === json["count"],
            );
        else {
          const told = Date.parse(String(json?.["result"]));
          const minutes = Math.abs(Date.now() - told) / 60_000;
          context.expect(`${service}'s result`, json?.["result"]).satisfies("now", minutes < 10);
        }
      }
    },
  },
  {
    title: "what is published through it, a client of the broker gets",
    fault: "rabbitmq-writing-forbidden",
    run: async (context) => {
      const { api, stack, expect } = context;
      const queue = `suite-${api}-${randomUUID()}`;
      const message = { word: randomUUID() };
      await withRabbitChannel(stack, async (channel) => {
        try {
          const at = `/examples/messaging/publish/${queue}`;
          const published = await askApi(stack, api, at, { method: "POST", body: message });
          expect(`status of POST ${at}`, published.status).equals(200);
          expect("action", published.json?.["action"]).equals("published");
          const got = await channel.get(queue, { noAck: true });
          expect("message", got === false ? undefined : JSON.parse(got.content.toString())).equals(
            message,
          );
        } finally {
          await channel.deleteQueue(queue);
        }
      });
    },
  },
];

/** Answered with one of these statuses; 200 unless said. */
async function get(
  { stack, api, expect }: ApiCheckContext,
  at: string,
  ...statuses: readonly number[]
): Promise<ApiAnswer> {
  const answer = await askApi(stack, api, at);
  const wanted = statuses.length === 0 ? [200] : statuses;
  expect(`status of GET ${at}`, answer.status).satisfies(
    wanted.join(" or "),
    wanted.includes(answer.status),
  );
  return answer;
}
