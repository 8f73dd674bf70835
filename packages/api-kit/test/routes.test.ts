import { randomUUID } from "node:crypto";
import { eventually } from "./eventually.ts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Application, startApplication } from "./application.ts";
import { askVault } from "./vault-administrator.ts";

let api: Application;

beforeAll(async () => {
  await askVault("POST", "secret/data/test-mixed", {
    data: {
      username: "somebody",
      password: "hidden",
      api_key: "hidden",
      port: 5432,
      tls: true,
      address: "postgresql://somebody:hidden@127.0.0.1/db",
      nested: { private_key: "hidden", colour: "blue" },
    },
  });
  api = await startApplication();
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await askVault("DELETE", "secret/metadata/test-mixed");
});

describe("cache routes", () => {
  it("gives back what was set, and that it does not end", async () => {
    const key = `keep-${randomUUID()}`;
    const set = await api.ask(`POST /examples/cache/${key}?value=a%20word`);
    expect(set.body).toEqual({ key, value: "a word", ttl: null, action: "set" });
    const got = await api.ask(`GET /examples/cache/${key}`);
    expect(got.body).toEqual({ key, value: "a word", exists: true, ttl: "no expiration" });
  });

  it("keeps an entry as long as its ttl says", async () => {
    const key = `short-${randomUUID()}`;
    const set = await api.ask(`POST /examples/cache/${key}?value=x&ttl=1`);
    expect(set.body).toMatchObject({ ttl: 1 });
    expect((await api.ask(`GET /examples/cache/${key}`)).body).toMatchObject({ ttl: 1 });
    await eventually(async () =>
      expect((await api.ask(`GET /examples/cache/${key}`)).body.exists).toBe(false),
    );
  });

  it("says of a key that is not there that it is not", async () => {
    const key = `none-${randomUUID()}`;
    const { status, body } = await api.ask(`GET /examples/cache/${key}`);
    expect({ status, body }).toEqual({
      status: 200,
      body: { key, value: null, exists: false, ttl: null },
    });
  });

  it("overwrites, and forgets the former ttl", async () => {
    const key = `again-${randomUUID()}`;
    await api.ask(`POST /examples/cache/${key}?value=first&ttl=60`);
    await api.ask(`POST /examples/cache/${key}?value=second`);
    expect((await api.ask(`GET /examples/cache/${key}`)).body).toMatchObject({
      value: "second",
      ttl: "no expiration",
    });
  });

  it("deletes, and tells whether there was anything", async () => {
    const key = `gone-${randomUUID()}`;
    await api.ask(`POST /examples/cache/${key}?value=x`);
    const deletion = `DELETE /examples/cache/${key}`;
    expect((await api.ask(deletion)).body).toEqual({ key, deleted: true, action: "delete" });
    expect((await api.ask(deletion)).body).toEqual({ key, deleted: false, action: "delete" });
  });

  it("keeps an empty value apart from none", async () => {
    const key = `empty-${randomUUID()}`;
    await api.ask(`POST /examples/cache/${key}?value=`);
    expect((await api.ask(`GET /examples/cache/${key}`)).body).toMatchObject({
      value: "",
      exists: true,
    });
  });

  it("keeps text of any script as it is", async () => {
    const key = `text-${randomUUID()}`;
    const value = 'žluťoučký 🐎 "\\ \n';
    await api.ask(`POST /examples/cache/${key}?value=${encodeURIComponent(value)}`);
    expect((await api.ask(`GET /examples/cache/${key}`)).body.value).toBe(value);
  });

  it("takes a value of 10,000 characters", async () => {
    const key = `long-${randomUUID()}`;
    const value = "x".repeat(10_000);
    expect((await api.ask(`POST /examples/cache/${key}?value=${value}`)).status).toBe(200);
    expect((await api.ask(`GET /examples/cache/${key}`)).body.value).toHaveLength(10_000);
  });

  it("never serves these answers from the response cache", async () => {
    const { headers } = await api.ask("GET /examples/cache/anything");
    expect(headers["x-cache"]).toBeUndefined();
  });

  it("keeps clients' keys apart from the application's own", async () => {
    await api.ask("GET /examples/vault/secret/postgres"); // fills the response cache
    const own = "cache:reference-api:vault:getSecret:postgres:";
    expect((await api.ask(`GET /examples/cache/${own}`)).body).toMatchObject({ exists: false });
  });

  it("spreads keys over all masters", async () => {
    const keys = Array.from({ length: 60 }, () => `spread-${randomUUID()}`);
    await Promise.all(keys.map(async (key) => api.ask(`POST /examples/cache/${key}?value=${key}`)));
    const read = await Promise.all(keys.map(async (key) => api.ask(`GET /examples/cache/${key}`)));
    expect(read.map(({ body }) => body.value)).toEqual(keys);
    const sizes = await api.context.redis.use(async (cluster) =>
      Promise.all(cluster.nodes("master").map(async (node) => node.dbsize())),
    );
    expect(sizes).toHaveLength(3);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
  });
});

describe("vault routes", () => {
  it("masks every value whose name suggests a secret, at any depth", async () => {
    const { body } = await api.ask("GET /examples/vault/secret/test-mixed");
    expect(body).toEqual({
      service: "test-mixed",
      data: {
        username: "somebody",
        password: "***",
        api_key: "***",
        port: 5432,
        tls: true,
        address: "***",
        nested: { private_key: "***", colour: "blue" },
      },
      note: expect.any(String),
    });
  });

  it("takes a name with blanks and capitals for the same service", async () => {
    const { body } = await api.ask("GET /examples/vault/secret/%20Test-MIXED%20");
    expect(body.service).toBe("test-mixed");
  });

  it("gives one key, masked as in the whole", async () => {
    const secret = "GET /examples/vault/secret/test-mixed";
    expect((await api.ask(`${secret}/username`)).body.value).toBe("somebody");
    expect((await api.ask(`${secret}/password`)).body.value).toBe("***");
  });

  it("gives what is no text as JSON", async () => {
    const secret = "GET /examples/vault/secret/test-mixed";
    expect((await api.ask(`${secret}/port`)).body.value).toBe("5432");
    expect((await api.ask(`${secret}/tls`)).body.value).toBe("true");
    expect((await api.ask(`${secret}/nested`)).body.value).toBe(
      '{"private_key":"***","colour":"blue"}',
    );
  });

  it("tells a secret that is not there from a key that is not in it", async () => {
    const secret = await api.ask("GET /examples/vault/secret/test-none");
    expect(secret).toMatchObject({ status: 404, body: { details: { resource: "secret" } } });
    const key = await api.ask("GET /examples/vault/secret/test-mixed/none");
    expect(key).toMatchObject({ status: 404, body: { details: { resource: "key" } } });
  });

  it("knows no key that every object has", async () => {
    const { status } = await api.ask("GET /examples/vault/secret/test-mixed/constructor");
    expect(status).toBe(404);
  });

  it("says that the vault refused, where it did", async () => {
    const { status, body } = await api.ask("GET /examples/vault/secret/postgres-admin");
    expect({ status, reason: body.details.reason }).toEqual({ status: 503, reason: "forbidden" });
  });
});

describe("database routes", () => {
  it("asks PostgreSQL", async () => {
    const { status, body } = await api.ask("GET /examples/database/postgres/query");
    expect(status).toBe(200);
    expect(body.database).toBe("devdb");
    expect(Math.abs(Date.parse(body.result) - Date.now())).toBeLessThan(60_000);
  });

  it("asks MySQL", async () => {
    const { status, body } = await api.ask("GET /examples/database/mysql/query");
    expect(status).toBe(200);
    expect(body.database).toBe("devdb");
    expect(Math.abs(Date.parse(body.result) - Date.now())).toBeLessThan(60_000);
  });

  it("asks MongoDB which collections there are", async () => {
    await api.context.mongodb.use(async ({ database }) =>
      database.collection("try").insertOne({ a: 1 }),
    );
    const { status, body } = await api.ask("GET /examples/database/mongodb/query");
    expect({ status, body }).toEqual({
      status: 200,
      body: { database: "devdb", collections: ["try"], count: 1 },
    });
    await api.context.mongodb.use(async ({ database }) => database.dropCollection("try"));
  });

  it("shares a pool instead of connecting for each request", async () => {
    const many = Array.from({ length: 100 }, async () =>
      api.ask("GET /examples/database/postgres/query"),
    );
    const answers = await Promise.all(many);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(api.context.postgres.connections()).toBeLessThanOrEqual(10);
  });
});

describe("messaging routes", () => {
  it("gives back in order what was published", async () => {
    const queue = `order-${randomUUID()}`;
    for (const n of [1, 2])
      expect(
        (await api.ask(`POST /examples/messaging/publish/${queue}`, { body: { n } })).body,
      ).toEqual({ queue, message: { n }, action: "published" });
    const consume = `POST /examples/messaging/consume/${queue}`;
    expect((await api.ask(consume)).body).toEqual({
      queue,
      message: { n: 1 },
      action: "consumed",
    });
    expect((await api.ask(consume)).body.message).toEqual({ n: 2 });
    expect((await api.ask(consume)).body.message).toBeNull();
  });

  it("takes the queue's name from the query as well", async () => {
    const queue = `query-${randomUUID()}`;
    const publish = `POST /examples/messaging/publish?queue_name=${queue}`;
    expect((await api.ask(publish, { body: { a: "b" } })).body.queue).toBe(queue);
    const without = await api.ask("POST /examples/messaging/publish", { body: { a: "b" } });
    expect(without).toMatchObject({
      status: 422,
      body: { details: { validation_errors: [{ loc: ["query", "queue_name"] }] } },
    });
  });

  it("tells how full a queue is, and of one that is not there that it is not", async () => {
    const queue = `info-${randomUUID()}`;
    const info = `GET /examples/messaging/queue/${queue}/info`;
    expect((await api.ask(info)).body).toEqual({
      queue,
      exists: false,
      message_count: null,
      consumer_count: null,
    });
    await api.ask(`POST /examples/messaging/publish/${queue}`, { body: { a: 1 } });
    await eventually(async () =>
      expect((await api.ask(info)).body).toEqual({
        queue,
        exists: true,
        message_count: 1,
        consumer_count: 0,
      }),
    );
  });

  it("finds nothing in a queue that is not there", async () => {
    const { status, body } = await api.ask(`POST /examples/messaging/consume/none-${randomUUID()}`);
    expect({ status, message: body.message }).toEqual({ status: 200, message: null });
  });

  it("makes the queue anew that was deleted under it, and loses nothing", async () => {
    const queue = `deleted-${randomUUID()}`;
    const publish = async (n: number): Promise<unknown> =>
      api.ask(`POST /examples/messaging/publish/${queue}`, { body: { n } });
    await publish(1);
    await api.context.rabbitmq.use(async ({ publisher }) => publisher.deleteQueue(queue));
    await publish(2);
    expect((await api.ask(`POST /examples/messaging/consume/${queue}`)).body.message).toEqual({
      n: 2,
    });
  });

  it("gives back as text what another client put there and JSON can't hold", async () => {
    const queue = `text-${randomUUID()}`;
    const texts = ["plain", "", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`];
    await api.context.rabbitmq.use(async ({ publisher }) => {
      await publisher.assertQueue(queue);
      for (const text of texts) publisher.sendToQueue(queue, Buffer.from(text));
      await publisher.waitForConfirms();
    });
    for (const text of texts)
      expect((await api.ask(`POST /examples/messaging/consume/${queue}`)).body.message).toBe(text);
  });

  it("publishes to a queue that another client made in its own way", async () => {
    const queue = `foreign-${randomUUID()}`;
    await api.context.rabbitmq.use(async ({ publisher }) =>
      publisher.assertQueue(queue, { durable: false, expires: 60_000 }),
    );
    const { status } = await api.ask(`POST /examples/messaging/publish/${queue}`, {
      body: { a: 1 },
    });
    expect(status).toBe(200);
  });

  it("refuses an empty message, one that is no object, and one that is too long", async () => {
    const publish = "POST /examples/messaging/publish/refused";
    const long = { text: "x".repeat(1_000_001) };
    for (const body of [{}, [], long])
      expect(await api.ask(publish, { body })).toMatchObject({
        status: 422,
        body: { details: { validation_errors: [{ loc: ["body"] }] } },
      });
  });
});

describe("cluster routes", () => {
  it("lists three masters with their slots, and three replicas with their masters", async () => {
    const { body } = await api.ask("GET /redis/cluster/nodes");
    expect(body).toMatchObject({ status: "success", total_nodes: 3 });
    const ids = body.nodes.map((node: { node_id: string }) => node.node_id);
    for (const node of body.nodes) {
      expect(node).toMatchObject({ role: "master", link_state: "connected", master_id: null });
      expect(node.node_id).toMatch(/^[0-9a-f]{40}$/);
      expect(node.slots_count).toBeGreaterThan(5000);
    }
    const masters = body.replicas.map((node: { master_id: string }) => node.master_id);
    expect(masters.toSorted()).toEqual(ids.toSorted());
  });

  it("covers all slots, each once", async () => {
    const { body } = await api.ask("GET /redis/cluster/slots");
    expect(body).toMatchObject({
      total_slots: 16_384,
      max_slots: 16_384,
      coverage_percentage: 100,
    });
    let next = 0;
    for (const range of body.slot_distribution) {
      expect(range.start_slot).toBe(next);
      expect(range.slots_count).toBe(range.end_slot - range.start_slot + 1);
      expect(range.replicas).toHaveLength(1);
      next = range.end_slot + 1;
    }
    expect(next).toBe(16_384);
  });

  it("gives the cluster's own words, numbers as numbers", async () => {
    const { body } = await api.ask("GET /redis/cluster/info");
    expect(body.cluster_info).toMatchObject({
      cluster_state: "ok",
      cluster_slots_assigned: 16_384,
      cluster_known_nodes: 6,
      cluster_size: 3,
    });
  });

  it.each([1, 2, 3, 4, 5, 6])("asks redis-%d itself", async (n) => {
    const { body } = await api.ask(`GET /redis/nodes/redis-${n}/info`);
    expect(body).toMatchObject({ status: "success", node: `redis-${n}` });
    // Its own word for who it is, against what the stack says of that process.
    const { ports } = inject("stack");
    expect(body.info.tcp_port).toBe(ports[`redis-${n}`]?.["plain"]);
    expect(body.info).toMatchObject({ cluster_enabled: 1 });
  });

  it("knows no seventh node, nor one by another name", async () => {
    for (const name of ["redis-7", "redis-0", "redis", "postgres"])
      expect((await api.ask(`GET /redis/nodes/${name}/info`)).status).toBe(404);
  });
});

describe("documents", () => {
  it("introduces itself", async () => {
    const { body } = await api.ask("GET /");
    expect(Object.keys(body)).toEqual([
      "name",
      "version",
      "description",
      "language",
      "docs",
      "health",
      "metrics",
      "security",
      "redis_cluster",
      "examples",
    ]);
  });

  it("serves every file that its pages load", async () => {
    for (const page of ["/docs", "/redoc"]) {
      const { status, headers, text } = await api.ask(`GET ${page}`);
      expect(status).toBe(200);
      expect(headers["content-type"]).toMatch(/^text\/html/);
      const files = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) expect((await api.ask(`GET ${file}`)).status, file).toBe(200);
    }
  });

  it("serves no other file of those packages", async () => {
    for (const name of ["package.json", "..%2fpackage.json", "constructor"])
      expect((await api.ask(`GET /docs/assets/${name}`)).status).toBe(404);
  });

  it("serves the document that the application has, and says so where there is none", async () => {
    expect((await api.ask("GET /openapi.json")).status).toBe(500);
    api.context.openapiDocument = { openapi: "3.1.0" };
    expect((await api.ask("GET /openapi.json")).body).toEqual({ openapi: "3.1.0" });
  });
});
