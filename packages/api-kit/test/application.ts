import type { FastifyInstance, FastifySchema, HTTPMethods } from "fastify";
import { inject } from "vitest";
import {
  type ApiContext,
  createContext,
  createHttpApp,
  type Implementation,
  operationHandler,
  type OperationId,
  readSettings,
} from "../src/index.ts";
import { type AppRole, createAppRole } from "./vault-administrator.ts";

export interface Application extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly context: ApiContext;
  /** One request, without a socket between. */
  readonly ask: (
    request: string,
    options?: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: object | string;
    },
  ) => Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, any>>;
  readonly text: string;
  readonly body: any;
}

export interface ApplicationOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly implementation?: Implementation;
  /** Its own for this application, unless given. */
  readonly appRole?: AppRole;
  /** What a test puts in its way, before there are routes. */
  readonly prepare?: (app: FastifyInstance) => void;
}

/** An application on the shared stack, over TLS, as the platform would start it; in this process. */
export async function startApplication(options: ApplicationOptions = {}): Promise<Application> {
  const appRole = options.appRole ?? (await createAppRole());
  const settings = readSettings({
    ...stackEnvironment(),
    VAULT_APPROLE_DIR: appRole.folder,
    ...options.env,
  });
  const context = createContext(settings, {
    implementation: options.implementation ?? "reference-api",
  });
  const app = createHttpApp(context);
  options.prepare?.(app);
  addRoutes(app, context);
  await app.ready();
  return {
    app,
    context,
    ask: async (request, { headers = {}, body } = {}) => {
      const [method = "GET", url = "/"] = request.split(" ");
      const answer = await app.inject({
        method: method as "GET",
        url,
        headers,
        ...(body === undefined ? {} : { payload: body }),
      });
      const json = String(answer.headers["content-type"]).startsWith("application/json");
      return {
        status: answer.statusCode,
        headers: answer.headers,
        text: answer.body,
        body: json && answer.body !== "" ? answer.json() : undefined,
      };
    },
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await context.close();
      if (!options.appRole) await appRole[Symbol.asyncDispose]();
    },
  };
}

/** What the platform tells an application of the stack. */
function stackEnvironment(): Readonly<Record<string, string>> {
  const { ports, caFile } = inject("stack");
  const port = (instance: string, name: string): string => String(ports[instance]?.[name]);
  return {
    VAULT_ADDR: `https://127.0.0.1:${port("vault", "https")}`,
    VAULT_CACERT: caFile,
    POSTGRES_PORT: port("postgres", "sql"),
    MYSQL_PORT: port("mysql", "sql"),
    MONGODB_PORT: port("mongodb", "mongo"),
    RABBITMQ_PORT: port("rabbitmq", "amqps"),
    REDIS_NODES: [1, 2, 3, 4, 5, 6].map((n) => `127.0.0.1:${port(`redis-${n}`, "tls")}`).join(","),
    LOG_LEVEL: "fatal",
    RATE_LIMIT_GENERAL: "1000000",
    RATE_LIMIT_HEALTH: "1000000",
  };
}

const name = (pattern: string, maxLength: number) =>
  ({ type: "string", pattern, minLength: 1, maxLength }) as const;
const params = (properties: object) => ({ type: "object", properties }) as const;
const service = name("^[a-zA-Z0-9_-]+$", 50);
const queue = name("^[a-zA-Z0-9_.-]+$", 100);
const key = params({ key: name("^[a-zA-Z0-9_:.-]+$", 200) });
const message = { type: "object", minProperties: 1 };

/** The contract's routes and request schemas, as far as the kit's tests need them: the applications have their own. */
const routes: readonly (readonly [OperationId, string, FastifySchema?])[] = [
  ["getRoot", "GET /"],
  ["getHealth", "GET /health/"],
  ["getVaultHealth", "GET /health/vault"],
  ["getPostgresHealth", "GET /health/postgres"],
  ["getMysqlHealth", "GET /health/mysql"],
  ["getMongodbHealth", "GET /health/mongodb"],
  ["getRedisHealth", "GET /health/redis"],
  ["getRabbitmqHealth", "GET /health/rabbitmq"],
  ["getAllHealth", "GET /health/all"],
  ["getClusterNodes", "GET /redis/cluster/nodes"],
  ["getClusterSlots", "GET /redis/cluster/slots"],
  ["getClusterInfo", "GET /redis/cluster/info"],
  ["getNodeInfo", "GET /redis/nodes/:node_name/info"],
  [
    "getSecret",
    "GET /examples/vault/secret/:service_name",
    { params: params({ service_name: service }) },
  ],
  [
    "getSecretKey",
    "GET /examples/vault/secret/:service_name/:key",
    { params: params({ service_name: service, key: { ...service, maxLength: 100 } }) },
  ],
  ["queryPostgres", "GET /examples/database/postgres/query"],
  ["queryMysql", "GET /examples/database/mysql/query"],
  ["queryMongodb", "GET /examples/database/mongodb/query"],
  ["getCacheEntry", "GET /examples/cache/:key", { params: key }],
  [
    "setCacheEntry",
    "POST /examples/cache/:key",
    {
      params: key,
      querystring: {
        type: "object",
        properties: {
          value: { type: "string", maxLength: 10_000 },
          ttl: { type: "integer", minimum: 1, maximum: 86_400 },
        },
        required: ["value"],
      },
    },
  ],
  ["deleteCacheEntry", "DELETE /examples/cache/:key", { params: key }],
  [
    "publishMessage",
    "POST /examples/messaging/publish/:queue_name",
    { params: params({ queue_name: queue }), body: message },
  ],
  [
    "publishMessageByQuery",
    "POST /examples/messaging/publish",
    {
      querystring: { type: "object", properties: { queue_name: queue }, required: ["queue_name"] },
      body: message,
    },
  ],
  [
    "consumeMessage",
    "POST /examples/messaging/consume/:queue_name",
    { params: params({ queue_name: queue }) },
  ],
  [
    "getQueueInfo",
    "GET /examples/messaging/queue/:queue_name/info",
    { params: params({ queue_name: queue }) },
  ],
  ["getMetrics", "GET /metrics"],
  ["getDocs", "GET /docs"],
  ["getRedoc", "GET /redoc"],
  ["getOpenapi", "GET /openapi.json"],
];

function addRoutes(app: FastifyInstance, context: ApiContext): void {
  for (const [operationId, route, schema = {}] of routes) {
    const [method = "GET", url = "/"] = route.split(" ");
    app.route({
      method: method as HTTPMethods,
      url,
      schema,
      config: { operationId },
      handler: operationHandler(context, operationId),
    });
  }
}
