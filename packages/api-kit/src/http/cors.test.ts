import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BareApp, bareApp } from "../fixtures/bare-app.ts";

const page = "http://localhost:3000";
let bare: BareApp;
let limited: BareApp;

beforeAll(() => {
  const routes = [
    { url: "/health/", operationId: "getHealth" },
    { method: "POST", url: "/things", handler: () => ({}) },
    {
      url: "/broken",
      handler: () => {
        throw new Error("broken");
      },
    },
  ] as const;
  bare = bareApp(routes);
  limited = bareApp(routes, { RATE_LIMIT_GENERAL: "1", RATE_LIMIT_HEALTH: "1" });
});
afterAll(async () => {
  await bare[Symbol.asyncDispose]();
  await limited[Symbol.asyncDispose]();
});

const get = async (url: string, origin?: string) =>
  bare.app.inject({ url, headers: origin === undefined ? {} : { origin } });
const preflight = async (url: string, origin: string, { app } = bare) =>
  app.inject({
    method: "OPTIONS",
    url,
    headers: { origin, "access-control-request-method": "POST" },
  });

describe("a page that may", () => {
  it.each(["http://localhost", "http://127.0.0.1"])("is one of %s on five ports", async (host) => {
    for (const port of [3000, 8000, 8001, 8002, 8080])
      expect(
        (await get("/health/", `${host}:${port}`)).headers["access-control-allow-origin"],
      ).toBe(`${host}:${port}`);
  });

  it("may send credentials, and is never told of any page", async () => {
    const { headers } = await get("/health/", page);
    expect(headers["access-control-allow-credentials"]).toBe("true");
    expect(headers["access-control-allow-origin"]).not.toBe("*");
  });

  it("reads the request's id and what is left of its limit", async () => {
    const exposed = String((await get("/health/", page)).headers["access-control-expose-headers"]);
    for (const name of [
      "X-Request-ID",
      "X-RateLimit-Limit",
      "X-RateLimit-Remaining",
      "X-RateLimit-Reset",
    ])
      expect(exposed.split(", ")).toContain(name);
  });

  it("reads errors too: of an unknown path, and of a broken handler", async () => {
    for (const url of ["/nowhere", "/broken"])
      expect((await get(url, page)).headers["access-control-allow-origin"]).toBe(page);
  });
});

describe("a preflight", () => {
  it("is told what it may send, and for how long that holds", async () => {
    const { statusCode, headers, body } = await preflight("/things", page);
    expect({ statusCode, body }).toEqual({ statusCode: 204, body: "" });
    expect(headers["access-control-allow-methods"]).toBe("GET, POST, PUT, DELETE, PATCH, OPTIONS");
    expect(headers["access-control-max-age"]).toBe("600");
    expect(headers["access-control-allow-origin"]).toBe(page);
  });

  it("may announce the headers that clients send", async () => {
    const allowed = String(
      (await preflight("/things", page)).headers["access-control-allow-headers"],
    ).split(", ");
    for (const name of ["Content-Type", "Authorization", "X-Request-ID", "X-API-Key"])
      expect(allowed).toContain(name);
  });

  it("of a foreign page is told nothing", async () => {
    const { headers } = await preflight("/things", "https://evil.example");
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("reaches no handler, and needs none", async () => {
    expect((await preflight("/nowhere", page)).statusCode).toBe(204);
  });
});

describe("a foreign page", () => {
  it.each([
    "https://evil.example",
    "http://localhost:3001",
    "https://localhost:3000",
    "http://localhost:3000.evil.example",
    "null",
  ])("%s gets no header", async (origin) => {
    const { headers } = await get("/health/", origin);
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(headers["access-control-allow-credentials"]).toBeUndefined();
  });
});

it("lets caches tell pages apart", async () => {
  for (const origin of [page, "https://evil.example"])
    expect((await get("/health/", origin)).headers["vary"]).toBe("Origin");
});

it("leaves a client alone that is no page", async () => {
  const { headers } = await get("/health/");
  expect(headers["vary"]).toBeUndefined();
  expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
});

it("answers OPTIONS that is no preflight as any other method", async () => {
  const answer = await bare.app.inject({ method: "OPTIONS", url: "/things" });
  expect(answer.statusCode).toBe(405);
});

describe("with the limiter", () => {
  it("counts no preflight, and lets the page read that it is limited", async () => {
    for (let n = 0; n < 5; n++)
      expect((await preflight("/health/", page, limited)).statusCode).toBe(204);
    const ask = async () => limited.app.inject({ url: "/health/", headers: { origin: page } });
    expect((await ask()).statusCode).toBe(200);
    const refused = await ask();
    expect(refused.statusCode).toBe(429);
    expect(refused.headers["access-control-allow-origin"]).toBe(page);
  });
});
