import { expect, it } from "vitest";
import { cacheKey } from "./cache-key.ts";

const parts = {
  implementation: "reference-api",
  namespace: "vault",
  operation: "getSecretKey",
  params: { service_name: "postgres", key: "user" },
  query: {},
};

it("names implementation, namespace, operation, path and query", () => {
  expect(cacheKey(parts)).toBe("cache:reference-api:vault:getSecretKey:postgres,user:");
});

it("is another one for another implementation", () => {
  expect(cacheKey({ ...parts, implementation: "contract-api" })).not.toBe(cacheKey(parts));
});

it("does not depend on the order of the query", () => {
  const one = cacheKey({ ...parts, query: { b: 2, a: 1 } });
  expect(one).toBe(cacheKey({ ...parts, query: { a: 1, b: 2 } }));
  expect(one).toMatch(/:a=1&b=2$/);
});

it("can't be forged by separators in a value", () => {
  const forged = { service_name: "postgres,user", key: "" };
  expect(cacheKey({ ...parts, params: forged })).not.toBe(
    cacheKey({ ...parts, params: { service_name: "postgres", key: "user," } }),
  );
  expect(cacheKey({ ...parts, query: { a: "1&b=2" } })).not.toBe(
    cacheKey({ ...parts, query: { a: 1, b: 2 } }),
  );
});

it("is an MD5 under the same prefix from 201 characters on", () => {
  const params = (length: number) => ({ name: "x".repeat(length) });
  const most = 200 - cacheKey({ ...parts, params: params(0) }).length;
  expect(cacheKey({ ...parts, params: params(most) })).toHaveLength(200);
  const hashed = cacheKey({ ...parts, params: params(most + 1) });
  expect(hashed).toMatch(/^cache:reference-api:vault:[0-9a-f]{32}$/);
  expect(hashed).not.toBe(cacheKey({ ...parts, params: params(most + 2) }));
});
