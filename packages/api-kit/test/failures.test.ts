import { randomUUID } from "node:crypto";
import net, { type AddressInfo } from "node:net";
import pg from "pg";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { type Application, type ApplicationOptions, startApplication } from "./application.ts";
import { closedDoor } from "./closed-door.ts";
import { eventually } from "./eventually.ts";
import { pause } from "./paused-process.ts";
import { askVault } from "./vault-administrator.ts";

const port = (instance: string, name: string): number =>
  inject("stack").ports[instance]?.[name] ?? 0;

let api: Application;
const start = async (options: ApplicationOptions = {}): Promise<void> => {
  api = await startApplication(options);
};
afterEach(async () => {
  vi.useRealTimers();
  await api[Symbol.asyncDispose]();
});

const routes = {
  postgres: "GET /examples/database/postgres/query",
  mysql: "GET /examples/database/mysql/query",
  mongodb: "GET /examples/database/mongodb/query",
  redis: "GET /examples/cache/some-key",
  rabbitmq: "GET /examples/messaging/queue/some-queue/info",
} as const;
type Service = keyof typeof routes;

const errors: Readonly<Record<Service, string>> = {
  postgres: "DatabaseConnectionError",
  mysql: "DatabaseConnectionError",
  mongodb: "DatabaseConnectionError",
  redis: "CacheConnectionError",
  rabbitmq: "MessageQueueError",
};
const secrets: Readonly<Record<Service, string>> = {
  postgres: "postgres",
  mysql: "mysql",
  mongodb: "mongodb",
  redis: "redis-1",
  rabbitmq: "rabbitmq",
};
const services = Object.keys(routes) as Service[];
const tells = /127\.0\.0\.1|ECONN|localhost|devuser|stack|node_modules|SASL|[Aa]uth/;

describe("where nothing listens", () => {
  it.each(services)("%s: 503 that says what, and neither where nor how", async (service) => {
    const address = service === "redis" ? "REDIS_NODES" : `${service.toUpperCase()}_PORT`;
    await start({ env: { [address]: service === "redis" ? "127.0.0.1:1" : "1" } });
    const { status, body, text } = await api.ask(routes[service]);
    expect({ status, error: body.error }).toEqual({ status: 503, error: errors[service] });
    expect(body.retry_suggestion).toBeDefined();
    expect(text.replace(body.request_id, "")).not.toMatch(tells);
  });
});

describe("with a wrong password in the vault", () => {
  it.each(services)(
    "%s: 503, and right again with no restart once the vault is",
    async (service) => {
      const path = `secret/data/${secrets[service]}`;
      const right = (await askVault("GET", path))["data"].data as Record<string, unknown>;
      await askVault("POST", path, { data: { ...right, password: "wrong" } });
      try {
        await start();
        const { status, body, text } = await api.ask(routes[service]);
        expect({ status, error: body.error }).toEqual({ status: 503, error: errors[service] });
        expect(text.replace(body.request_id, "")).not.toMatch(tells);
      } finally {
        await askVault("POST", path, { data: right });
      }
      await eventually(async () => expect((await api.ask(routes[service])).status).toBe(200));
    },
  );
});

describe("a rotated password", () => {
  it("is picked up when a new connection needs it, and no request fails", async () => {
    const path = "secret/data/postgres";
    const stored = (await askVault("GET", path))["data"].data as Record<string, string>;
    const admin = (await askVault("GET", "secret/data/postgres-admin"))["data"].data;
    const change = async (password: string): Promise<void> => {
      const client = new pg.Client({
        host: "127.0.0.1",
        port: port("postgres", "sql"),
        user: admin.user,
        password: admin.password,
        database: "postgres",
      });
      await client.connect();
      await client.query(`alter role ${stored["user"]} password '${password}'`);
      // So that the pool needs new connections, as it does sooner or later.
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where usename = $1`,
        [stored["user"]],
      );
      await client.end();
    };
    await start();
    expect((await api.ask(routes.postgres)).status).toBe(200);
    try {
      await askVault("POST", path, { data: { ...stored, password: "rotated" } });
      await change("rotated");
      await eventually(async () => expect((await api.ask(routes.postgres)).status).toBe(200));
      const answers = await Promise.all(services.map(async () => api.ask(routes.postgres)));
      expect(answers.map(({ status }) => status)).toEqual(services.map(() => 200));
    } finally {
      await askVault("POST", path, { data: stored });
      await change(stored["password"] ?? "");
    }
    await eventually(async () => expect((await api.ask(routes.postgres)).status).toBe(200));
  });
});

describe("a certificate that is not of the stack's CA", () => {
  it.each(services)("%s is not spoken to", async (service) => {
    // The vault at its plain port: else its own certificate would be refused first.
    const vault = `http://127.0.0.1:${port("vault", "http")}`;
    await start({ env: { VAULT_ADDR: vault, VAULT_CACERT: "" } });
    const { status, body } = await api.ask(routes[service]);
    expect({ status, error: body.error }).toEqual({ status: 503, error: errors[service] });
  });
});

describe("plain connections, by a setting", () => {
  it("work where the engines take them", async () => {
    const nodes = [1, 2, 3].map((n) => `127.0.0.1:${port(`redis-${n}`, "plain")}`).join(",");
    const rabbitmq = String(port("rabbitmq", "amqp"));
    await start({ env: { BACKEND_TLS: "false", REDIS_NODES: nodes, RABBITMQ_PORT: rabbitmq } });
    for (const service of services)
      expect((await api.ask(routes[service])).status, service).toBe(200);
  });
});

describe("a dependency that is down at the start", () => {
  it("is used once it is there, with no restart", async () => {
    await using door = await closedDoor(port("postgres", "sql"));
    await start({ env: { POSTGRES_PORT: String(door.port) } });
    expect((await api.ask(routes.postgres)).status).toBe(503);
    await door.open();
    await eventually(async () => expect((await api.ask(routes.postgres)).status).toBe(200));
  });

  it("is RabbitMQ, whose connection is lost and made again", async () => {
    await start();
    const publish = `POST /examples/messaging/publish/lost-${randomUUID()}`;
    expect((await api.ask(publish, { body: { n: 1 } })).status).toBe(200);
    await api.context.rabbitmq.use(async ({ connection }) => connection.close());
    expect((await api.ask(publish, { body: { n: 2 } })).status).toBe(200);
  });
});

describe("the circuit breaker", () => {
  it("opens after five failures, then makes no connection, and health checks go past it", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    let connections = 0;
    const server = await listen((socket) => {
      connections++;
      socket.destroy();
    });
    const { port: address } = server.address() as AddressInfo;
    await start({ env: { POSTGRES_PORT: String(address) } });
    for (let n = 0; n < 5; n++)
      expect((await api.ask(routes.postgres)).body.error).toBe("DatabaseConnectionError");
    expect(connections).toBeGreaterThanOrEqual(5);
    expect(api.context.breakers.postgres.state).toBe("open");

    const before = connections;
    for (let n = 0; n < 5; n++)
      expect(await api.ask(routes.postgres)).toMatchObject({
        status: 503,
        body: { error: "CircuitBreakerError", details: { service: "postgres" } },
      });
    expect(connections).toBe(before);
    expect((await api.ask("GET /health/postgres")).body.status).toBe("unhealthy");
    expect(connections).toBe(before + 1);
    expect(api.context.breakers.postgres.state).toBe("open");

    vi.setSystemTime(Date.now() + 60_000);
    expect((await api.ask(routes.postgres)).body.error).toBe("DatabaseConnectionError");
    expect(connections).toBe(before + 2);
    expect(api.context.breakers.postgres.state).toBe("open");
    await close(server);
  });

  it("is one a dependency: the others go on", async () => {
    await start({ env: { MYSQL_PORT: "1" } });
    for (let n = 0; n < 6; n++) await api.ask(routes.mysql);
    expect((await api.ask(routes.mysql)).body.error).toBe("CircuitBreakerError");
    expect((await api.ask(routes.postgres)).status).toBe(200);
  });
});

describe("a database that does not answer", () => {
  it("is given up in time, with 504 or 503, and used again once it does", async () => {
    await start();
    await api.ask(routes.mongodb);
    {
      using _paused = pause(port("mongodb", "mongo"));
      const { status, text, body } = await api.ask(routes.mongodb);
      expect([503, 504]).toContain(status);
      expect(text.replace(body.request_id, "")).not.toMatch(tells);
    }
    await eventually(async () => expect((await api.ask(routes.mongodb)).status).toBe(200));
  });
});

async function listen(onConnection: (socket: net.Socket) => void): Promise<net.Server> {
  const server = net.createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

async function close(server: net.Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}
