import { afterAll, beforeAll, expect, it } from "vitest";
import type { Stack } from "../../src/app/stack.ts";
import { startForTests } from "../../src/app/test-suites.ts";
import { createThrowawayStack } from "../../src/app/throwaway-stack.ts";
import { eventually } from "../../src/shared/eventually.ts";
import { likeStack } from "../like-stack.ts";
import { type ApiProcess, apiNames, startApi } from "./api-process.ts";
import { countingDoor } from "./counting-door.ts";
import { expectEnvelope } from "./expect-clean.ts";

let stack: Stack & AsyncDisposable;

beforeAll(async () => {
  stack = await createThrowawayStack(await likeStack());
  await startForTests(stack, ["vault", "postgres"]);
});
afterAll(async () => stack[Symbol.asyncDispose]());

const query = "/examples/database/postgres/query";

// Both at once: each waits a whole minute, by the clock on the wall.
it.concurrent.each(apiNames)(
  "%s makes no connection at all after five failures, tries again after a minute, and goes on",
  async (api) => {
    await using door = await countingDoor(stack.ports["postgres"]?.["sql"] ?? 0);
    await using own = await startApi(stack, api, { POSTGRES_PORT: String(door.port) });
    for (let failure = 1; failure <= 5; failure += 1) {
      const answer = await own.ask(query);
      expect(`${failure}: ${answer.status}`).toBe(`${failure}: 503`);
      expect(answer.json?.["error"]).not.toBe("CircuitBreakerError");
    }
    const openedAt = performance.now();
    const made = door.connections();
    expect(made).toBeGreaterThanOrEqual(5);
    expect(await breakerState(own)).toBe("open");

    for (let attempt = 0; attempt < 20; attempt += 1) {
      const answer = await own.ask(query);
      expect(answer.status).toBe(503);
      expect(answer.json?.["error"]).toBe("CircuitBreakerError");
      expectEnvelope(answer, "while it is open");
    }
    expect(door.connections()).toBe(made);

    // A health probe goes past it, and changes nothing.
    expect((await own.ask("/health/postgres")).json).toMatchObject({ status: "unhealthy" });
    expect(door.connections()).toBeGreaterThan(made);
    door.setOpen(true);
    expect((await own.ask("/health/postgres")).json).toMatchObject({ status: "healthy" });
    expect((await own.ask(query)).status).toBe(503);

    const probed = door.connections();
    await eventually(async () => expect((await own.ask(query)).status).toBe(200), {
      deadlineMs: 90_000,
      intervalMs: 250,
    });
    expect(performance.now() - openedAt).toBeGreaterThan(59_000);
    expect(door.connections()).toBeGreaterThanOrEqual(probed);
    expect(await breakerState(own)).toBe("closed");
  },
  150_000,
);

/** As the metrics tell it. */
async function breakerState(own: ApiProcess): Promise<string> {
  const { text } = await own.ask("/metrics");
  const [, value] = /^circuit_breaker_state\{[^}]*service="postgres"[^}]*\} (\d)/m.exec(text) ?? [];
  return ["closed", "half-open", "open"][Number(value ?? Number.NaN)] ?? `unknown (${value})`;
}
