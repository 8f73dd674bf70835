import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as errors from "../errors/api-errors.ts";
import { type BareApp, bareApp } from "../fixtures/bare-app.ts";

const hidden = "connect ECONNREFUSED db.internal:5432 password=hunter2";
const cause = new Error(hidden);

/** What a handler throws, and what the client is told of it. */
const thrown: Readonly<Record<string, readonly [unknown, number, string]>> = {
  base: [new errors.BaseAPIException("m", undefined, { cause }), 500, "BaseAPIException"],
  service: [new errors.ServiceUnavailableError("m", {}, { cause }), 503, "ServiceUnavailableError"],
  sealed: [
    new errors.VaultUnavailableError("sealed", "m", { cause }),
    503,
    "VaultUnavailableError",
  ],
  uninitialised: [
    new errors.VaultUnavailableError("uninitialized", "m", { cause }),
    503,
    "VaultUnavailableError",
  ],
  forbidden: [
    new errors.VaultUnavailableError("forbidden", "m", { cause }),
    503,
    "VaultUnavailableError",
  ],
  database: [
    new errors.DatabaseConnectionError("m", {}, { cause }),
    503,
    "DatabaseConnectionError",
  ],
  cache: [new errors.CacheConnectionError("m", {}, { cause }), 503, "CacheConnectionError"],
  queue: [new errors.MessageQueueError("m", {}, { cause }), 503, "MessageQueueError"],
  breaker: [new errors.CircuitBreakerError("m", {}, { cause }), 503, "CircuitBreakerError"],
  configuration: [new errors.ConfigurationError("m", {}, { cause }), 500, "ConfigurationError"],
  validation: [new errors.ValidationError([]), 422, "ValidationError"],
  missing: [new errors.ResourceNotFoundError("m", {}, { cause }), 404, "ResourceNotFoundError"],
  authentication: [new errors.AuthenticationError("m", {}, { cause }), 401, "AuthenticationError"],
  limited: [new errors.RateLimitError(100, 7), 429, "RateLimitError"],
  late: [new errors.TimeoutError("redis", 2000, { cause }), 504, "TimeoutError"],
  foreign: [cause, 500, "BaseAPIException"],
  text: [hidden, 500, "BaseAPIException"],
  nothing: [undefined, 500, "BaseAPIException"],
  pretender: [
    Object.assign(new Error(hidden), { statusCode: 402, code: "FST_ERR_OF_ANOTHER" }),
    500,
    "BaseAPIException",
  ],
};

const routes = Object.entries(thrown).map(([name, [error]]) => ({
  url: `/throw/${name}`,
  handler: () => {
    throw error;
  },
}));
const message = { type: "object", minProperties: 1 };
const post = { method: "POST", handler: () => ({}) } as const;

let bare: BareApp;
let debugging: BareApp;
beforeAll(() => {
  const more = [
    { ...post, url: "/message", schema: { body: message } },
    { ...post, url: "/anything" },
    {
      url: "/names/:name",
      schema: {
        params: { type: "object", properties: { name: { type: "string", maxLength: 5 } } },
      },
      handler: () => ({}),
    },
    {
      url: "/text",
      handler: () => ({ value: 1 }),
      schema: { response: { 200: { type: "object", properties: { value: { type: "integer" } } } } },
    },
  ];
  bare = bareApp([...routes, ...more]);
  debugging = bareApp(routes, { DEBUG: "true" });
});
afterAll(async () => {
  await bare[Symbol.asyncDispose]();
  await debugging[Symbol.asyncDispose]();
});

describe("what a handler throws", () => {
  it.each(Object.entries(thrown))("%s", async (name, [, status, error]) => {
    const answer = await bare.app.inject({
      url: `/throw/${name}`,
      headers: { "x-request-id": "my-own-id" },
    });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(answer.json()).toMatchObject({ error, status_code: status, request_id: "my-own-id" });
    expect(answer.body).not.toMatch(/hunter2|db\.internal|ECONNREFUSED|stack/);
  });

  it("shows stacks under DEBUG, and the cause not even then", async () => {
    const { body } = await debugging.app.inject("/throw/database");
    expect(body).toMatch(/"stack"/);
    expect(body).not.toMatch(/hunter2|db\.internal/);
  });

  it("says under DEBUG nothing of what is not ours either", async () => {
    expect((await debugging.app.inject("/throw/foreign")).body).not.toMatch(/hunter2/);
  });

  it("tells a limited client when to come again", async () => {
    expect((await bare.app.inject("/throw/limited")).headers["retry-after"]).toBe("7");
  });

  it("counts each kind of error", async () => {
    await bare.app.inject("/throw/late");
    expect(await bare.context.metrics.text()).toMatch(
      /http_errors_total\{error_type="TimeoutError",status_code="504"\} [1-9]/,
    );
  });
});

describe("what no handler sees", () => {
  const send = async (options: {
    url: string;
    type?: string;
    body?: string | Readable;
    headers?: Record<string, string>;
  }) => {
    const answer = await bare.app.inject({
      method: "POST",
      url: options.url,
      headers: {
        ...(options.type === undefined ? {} : { "content-type": options.type }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { payload: options.body }),
    });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };

  it("answers an unknown path with 404", async () => {
    const { status, body } = await send({ url: "/nowhere" });
    expect({ status, error: body.error }).toEqual({ status: 404, error: "ResourceNotFoundError" });
  });

  it("answers QUERY so as well, which Node knows as a method with a body", async () => {
    const answer = await bare.app.inject({ method: "QUERY" as "GET", url: "/message" });
    expect(answer.json()).toMatchObject({ error: "MethodNotAllowedError", status_code: 405 });
  });

  it("answers a method that a path does not have with 405 and those that it has", async () => {
    const answer = await bare.app.inject({ method: "DELETE", url: "/message" });
    expect(answer.json()).toMatchObject({ error: "MethodNotAllowedError", status_code: 405 });
    expect(answer.headers["allow"]).toBe("POST");
  });

  it("takes a path with a slash at its end for the same", async () => {
    const answer = await bare.app.inject({ method: "DELETE", url: "/message/" });
    expect(answer.statusCode).toBe(405);
    expect((await bare.app.inject("/text/")).statusCode).toBe(200);
  });

  it("answers a content type that is not allowed with 415 and those that are", async () => {
    const { status, body } = await send({ url: "/message", type: "text/xml", body: "<a/>" });
    expect({ status, error: body.error }).toEqual({
      status: 415,
      error: "UnsupportedMediaTypeError",
    });
    expect(body.details.allowed_types).toEqual([
      "application/json",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
      "text/plain",
    ]);
  });

  it("answers a body of no type with 400", async () => {
    const { status, body } = await send({
      url: "/message",
      body: Readable.from(["{}"]),
      headers: { "transfer-encoding": "chunked" },
    });
    expect({ status, error: body.error }).toEqual({ status: 400, error: "BadRequestError" });
  });

  it("answers a content type that is none with 415", async () => {
    expect((await send({ url: "/message", type: "nonsense", body: "x" })).status).toBe(415);
  });

  it("answers 11 MiB with 413", async () => {
    const body = `"${"x".repeat(11 * 1024 * 1024)}"`;
    const { status, body: answer } = await send({
      url: "/message",
      type: "application/json",
      body,
    });
    expect({ status, error: answer.error }).toEqual({ status: 413, error: "PayloadTooLargeError" });
  });

  it("answers 11 MiB with 413 when they come in chunks, of no known length", async () => {
    const chunk = Buffer.alloc(1024 * 1024, "x");
    const body = Readable.from(Array.from({ length: 11 }, () => chunk));
    expect((await send({ url: "/message", type: "text/plain", body })).status).toBe(413);
  });

  it("answers a body of another length than was announced with 400", async () => {
    const { status, body } = await send({
      url: "/message",
      type: "application/json",
      body: Readable.from(["{}"]),
      headers: { "content-length": "3" },
    });
    expect({ status, error: body.error }).toEqual({ status: 400, error: "BadRequestError" });
  });

  it("answers JSON of no bytes where an object is wanted with 422", async () => {
    const { status, body } = await send({ url: "/message", type: "application/json", body: "" });
    expect(status).toBe(422);
    expect(body.details.validation_errors).toMatchObject([{ loc: ["body"], type: "type" }]);
  });

  it("answers what is no JSON with 422, and does not repeat it", async () => {
    const { status, body } = await send({
      url: "/message",
      type: "application/json",
      body: '{"password": hunter2}',
    });
    expect(status).toBe(422);
    expect(body.details.validation_errors).toEqual([
      { loc: ["body"], msg: "is no JSON", type: "json", input: null },
    ]);
  });

  it("answers text and forms where an object is wanted with 422", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded"])
      expect((await send({ url: "/message", type, body: "a=b" })).body).toMatchObject({
        status_code: 422,
        details: { validation_errors: [{ loc: ["body"], type: "type" }] },
      });
  });

  it("answers a path that is not well encoded with 422", async () => {
    for (const path of ["/names/%", "/names/%zz", "/names/%c0%ae"]) {
      const answer = await bare.app.inject(path);
      expect(answer.json(), path).toMatchObject({
        status_code: 422,
        details: { validation_errors: [{ loc: ["path"] }] },
      });
      expect(answer.headers["x-request-id"]).toBe(answer.json().request_id);
    }
  });

  it("answers a name of any length with what is wrong with it", async () => {
    const answer = await bare.app.inject(`/names/${"x".repeat(9000)}`);
    const [fault] = answer.json().details.validation_errors;
    expect(answer.statusCode).toBe(422);
    expect(fault).toMatchObject({ loc: ["path", "name"], type: "maxLength" });
    expect(fault.input.length).toBeLessThan(300);
  });
});
