import { afterEach, beforeEach, expect, it } from "vitest";
import type { FastifyInstance } from "fastify";
import { createContext } from "../context.ts";
import { readSettings } from "../settings/read-settings.ts";
import { createHttpApp } from "./create-http-app.ts";
import { operationHandler } from "./operation-handler.ts";

let app: FastifyInstance;

beforeEach(() => {
  const context = createContext(readSettings({ VAULT_TOKEN: "none", LOG_LEVEL: "fatal" }), {
    implementation: "reference-api",
  });
  app = createHttpApp(context);
  app.get("/health/", {
    config: { operationId: "getHealth" },
    handler: operationHandler(context, "getHealth"),
  });
});
afterEach(async () => app.close());

it("answers /health/ with a request id", async () => {
  const answer = await app.inject("/health/");
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ status: "ok" });
  expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
});

it("tells an unknown path from a path that has other methods", async () => {
  const unknown = await app.inject("/nothing");
  expect(unknown.json()).toMatchObject({ error: "ResourceNotFoundError", status_code: 404 });
  const other = await app.inject({ method: "DELETE", url: "/health/" });
  expect(other.json()).toMatchObject({ error: "MethodNotAllowedError", status_code: 405 });
  expect(other.headers["allow"]).toBe("GET");
});
