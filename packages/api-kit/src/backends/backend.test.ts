import { expect, it } from "vitest";
import { CircuitBreaker } from "../breaker/circuit-breaker.ts";
import { CacheConnectionError, CircuitBreakerError, TimeoutError } from "../errors/api-errors.ts";
import { Backend } from "./backend.ts";

it("opens no breaker for a first connection that takes its time, and does for an outage later", async () => {
  const opened = Promise.withResolvers<string>();
  const breaker = new CircuitBreaker("redis", {
    failed: () => undefined,
    changed: () => undefined,
  });
  const backend = new Backend(
    {
      service: "redis",
      secret: "redis-1",
      open: async () => opened.promise,
      close: async () => undefined,
      connections: () => 1,
      isWrongPassword: () => false,
      unavailable: () => new CacheConnectionError("away"),
    },
    breaker,
    async () => ({}),
  );
  const never = async (): Promise<void> => new Promise(() => undefined);
  const aside = async (): Promise<unknown> => backend.useAside(never, 1).catch((error) => error);

  for (let n = 0; n < 6; n++) expect(await aside()).toBeInstanceOf(TimeoutError);
  expect(breaker.state).toBe("closed");

  opened.resolve("client");
  expect(await backend.use(async (client) => client)).toBe("client");
  for (let n = 0; n < 5; n++) expect(await aside()).toBeInstanceOf(TimeoutError);
  expect(breaker.state).toBe("open");
  expect(await aside()).toBeInstanceOf(CircuitBreakerError);
});
