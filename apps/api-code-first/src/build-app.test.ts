import { createContext, readSettings } from "@devstack/api-kit";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildApp } from "./build-app.ts";
import { openApiDocument } from "./openapi/document.ts";
import { routes } from "./routes/routes.ts";

let app: FastifyInstance;
let end: () => Promise<void>;

/** Nothing is behind it: port 1 is nobody's. */
beforeAll(() => {
  const context = createContext(
    readSettings({
      VAULT_ADDR: "http://127.0.0.1:1",
      VAULT_TOKEN: "none",
      LOG_LEVEL: "fatal",
      RATE_LIMIT_GENERAL: "100000",
    }),
    { implementation: "reference-api" },
  );
  app = buildApp(context);
  end = async () => {
    await app.close();
    await context.close();
  };
});
afterAll(async () => end());

it("serves the document that is made of its routes", async () => {
  const { body } = await app.inject("/openapi.json");
  expect(body).toBe(JSON.stringify(openApiDocument(routes)));
});

describe("what is checked of a request", () => {
  const statusOf = async (method: "GET" | "POST", url: string, payload?: object): Promise<number> =>
    (await app.inject({ method, url, ...(payload ? { payload } : {}) })).statusCode;

  // 503: it was valid, and there is no backend.
  it.each([
    ["a name in a path", "GET", "/examples/messaging/queue/orders/info", 503],
    ["one too long", "GET", `/examples/messaging/queue/${"q".repeat(101)}/info`, 422],
    ["a value of the query", "POST", "/examples/cache/k?value=x&ttl=86400", 503],
    ["one beyond its bounds", "POST", "/examples/cache/k?value=x&ttl=86401", 422],
    ["one that is missing", "POST", "/examples/cache/k", 422],
  ] as const)("%s", async (_what, method, url, status) => {
    expect(await statusOf(method, url)).toBe(status);
  });

  it("a body", async () => {
    const url = "/examples/messaging/publish/orders";
    expect(await statusOf("POST", url, { order: 42 })).toBe(503);
    expect(await statusOf("POST", url, {})).toBe(422);
  });
});

it("writes an answer by its schema: what that does not have stays inside", async () => {
  const { body } = await app.inject("/health/postgres");
  expect(JSON.parse(body)).toEqual({ status: "unhealthy", error: expect.any(String) });
});
