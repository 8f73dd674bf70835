import { describe, expect, it } from "vitest";
import * as errors from "./api-errors.ts";

const secretive = new Error("password authentication failed for postgresql://u:p@host");

/** Every class, its parent, its status, and one of its kind. */
const table = [
  ["BaseAPIException", "Error", 500, new errors.BaseAPIException("m")],
  ["ServiceUnavailableError", "BaseAPIException", 503, new errors.ServiceUnavailableError("m")],
  [
    "VaultUnavailableError",
    "ServiceUnavailableError",
    503,
    new errors.VaultUnavailableError("sealed", "m"),
  ],
  [
    "DatabaseConnectionError",
    "ServiceUnavailableError",
    503,
    new errors.DatabaseConnectionError("m"),
  ],
  ["CacheConnectionError", "ServiceUnavailableError", 503, new errors.CacheConnectionError("m")],
  ["MessageQueueError", "ServiceUnavailableError", 503, new errors.MessageQueueError("m")],
  ["CircuitBreakerError", "ServiceUnavailableError", 503, new errors.CircuitBreakerError("m")],
  ["ConfigurationError", "BaseAPIException", 500, new errors.ConfigurationError("m")],
  ["ValidationError", "BaseAPIException", 422, new errors.ValidationError([])],
  ["ResourceNotFoundError", "BaseAPIException", 404, new errors.ResourceNotFoundError("m")],
  ["AuthenticationError", "BaseAPIException", 401, new errors.AuthenticationError("m")],
  ["RateLimitError", "BaseAPIException", 429, new errors.RateLimitError(100, 7)],
  ["TimeoutError", "BaseAPIException", 504, new errors.TimeoutError("postgres", 5000)],
] as const;

describe("hierarchy", () => {
  it.each(table)("%s is a kind of %s and answers %i", (name, parent, status, error) => {
    expect(error.name).toBe(name);
    expect((Object.getPrototypeOf(error.constructor) as { name: string }).name).toBe(parent);
    expect(error.statusCode).toBe(status);
    expect(error.toEnvelope("id")).toMatchObject({
      error: name,
      status_code: status,
      request_id: "id",
    });
  });

  it("has no class beside these that a client could not be told of", () => {
    const classes = Object.values(errors).filter((one) => typeof one === "function");
    for (const one of classes) expect(one.prototype).toBeInstanceOf(Error);
  });
});

describe("envelope", () => {
  it("holds nothing but what there is", () => {
    expect(new errors.BaseAPIException("m").toEnvelope("id")).toEqual({
      error: "BaseAPIException",
      message: "m",
      status_code: 500,
      request_id: "id",
    });
  });

  it("holds details and the suggestion, where there are any", () => {
    const error = new errors.BaseAPIException("m", { a: 1 }, { retrySuggestion: "later" });
    expect(error.toEnvelope("id")).toMatchObject({ details: { a: 1 }, retry_suggestion: "later" });
  });

  it("never holds its cause, not even under DEBUG", () => {
    const error = new errors.DatabaseConnectionError("m", {}, { cause: secretive });
    for (const debug of [false, true])
      expect(JSON.stringify(error.toEnvelope("id", debug))).not.toMatch(/password|postgresql/);
  });

  it("holds the stack under DEBUG alone", () => {
    const error = new errors.BaseAPIException("m");
    expect(error.toEnvelope("id")).not.toHaveProperty("stack");
    expect(error.toEnvelope("id", true).stack).toContain("api-errors.test.ts");
  });
});

it("suggests to try again whatever is unavailable, and not what is wrong", () => {
  expect(new errors.CacheConnectionError("m").retrySuggestion).toMatch(/try again/);
  expect(new errors.TimeoutError("redis", 1).retrySuggestion).toMatch(/try again/);
  expect(new errors.ValidationError([]).retrySuggestion).toBeUndefined();
});

it("says after how long a limited client may come again", () => {
  const error = new errors.RateLimitError(100, 7);
  expect(error.retryAfter).toBe(7);
  expect(error.toEnvelope("id")).toMatchObject({
    details: { limit: 100, window_seconds: 60, retry_after: 7 },
    retry_suggestion: "Try again in 7 seconds.",
  });
});

it("counts a vault that refuses as there, and one that is sealed as away", () => {
  expect(new errors.VaultUnavailableError("forbidden", "m").outage).toBe(false);
  expect(new errors.VaultUnavailableError("sealed", "m").outage).toBe(true);
});

it("tells which service did not answer, and within what time", () => {
  expect(new errors.TimeoutError("mysql", 5000).details).toEqual({
    service: "mysql",
    timeout_ms: 5000,
  });
});

it("names why the vault is unavailable", () => {
  expect(new errors.VaultUnavailableError("standby", "m").details).toEqual({
    service: "vault",
    reason: "standby",
  });
});
