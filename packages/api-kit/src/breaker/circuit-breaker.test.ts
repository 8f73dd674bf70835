import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  CircuitBreakerError,
  DatabaseConnectionError,
  ResourceNotFoundError,
  TimeoutError,
  VaultUnavailableError,
} from "../errors/api-errors.ts";
import { ApiMetrics } from "../metrics/api-metrics.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";

let calls: number;
let events: string[];
let breaker: CircuitBreaker;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  calls = 0;
  events = [];
  breaker = new CircuitBreaker("postgres", {
    failed: (service) => events.push(`${service} failed`),
    changed: (service, state) => events.push(`${service} ${state}`),
  });
});
afterEach(() => vi.useRealTimers());

const outage = new DatabaseConnectionError("away");
/** What came of a call, thrown or not. */
const outcomeOf = async (call: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await breaker.run(call);
  } catch (thrown) {
    return thrown;
  }
};
const fail = async (problem: Error = outage): Promise<unknown> =>
  outcomeOf(async () => {
    calls++;
    throw problem;
  });
const succeed = async (): Promise<unknown> =>
  outcomeOf(async () => {
    calls++;
    return "value";
  });
const failTimes = async (times: number): Promise<void> => {
  for (let n = 0; n < times; n++) await fail();
};
const later = (ms: number): void => void vi.setSystemTime(Date.now() + ms);

describe("behaviour", () => {
  it("is never opened by work in the background, and leaves that out while it is open", async () => {
    const background = async (): Promise<unknown> =>
      breaker
        .runUncounted(async () => {
          calls++;
          throw outage;
        })
        .catch((error: unknown) => error);
    for (let n = 0; n < 10; n++) expect(await background()).toBe(outage);
    expect(breaker.state).toBe("closed");
    expect(events).toEqual([]);
    await failTimes(5);
    expect(await background()).toBeInstanceOf(CircuitBreakerError);
    expect(calls).toBe(15);
  });

  it("opens after five failures in a row, and then does not call at all", async () => {
    await failTimes(4);
    expect(breaker.state).toBe("closed");
    expect(await fail()).toBe(outage);
    expect(breaker.state).toBe("open");
    expect(await succeed()).toBeInstanceOf(CircuitBreakerError);
    expect(calls).toBe(5);
  });

  it("counts anew after each success, and a no is one", async () => {
    await failTimes(4);
    await fail(new ResourceNotFoundError("none"));
    await failTimes(4);
    await fail(new VaultUnavailableError("forbidden", "no"));
    await failTimes(4);
    expect(breaker.state).toBe("closed");
  });

  it("opens for answers that come too late as well", async () => {
    for (let n = 0; n < 5; n++) await fail(new TimeoutError("postgres", 5000));
    expect(breaker.state).toBe("open");
  });

  it("lets one call try after a minute, and no other beside it", async () => {
    await failTimes(5);
    later(59_999);
    expect(await succeed()).toBeInstanceOf(CircuitBreakerError);
    later(1);
    const answers = await Promise.all([succeed(), succeed(), succeed()]);
    expect(answers).toEqual(["value", "value", "value"]);
    expect(breaker.state).toBe("closed");
    expect(events).toContain("postgres half_open");
  });

  it("opens for another minute when that call fails, and the others don't try", async () => {
    await failTimes(5);
    later(60_000);
    const [first, second] = await Promise.all([fail(), succeed()]);
    expect(first).toBe(outage);
    expect(second).toBeInstanceOf(CircuitBreakerError);
    expect(calls).toBe(6);
    later(59_999);
    expect(await succeed()).toBeInstanceOf(CircuitBreakerError);
    later(1);
    expect(await succeed()).toBe("value");
  });

  it("does not hang half open when the call that tries is told no", async () => {
    await failTimes(5);
    later(60_000);
    const refused = new ResourceNotFoundError("none");
    const answers = await Promise.all([fail(refused), succeed()]);
    expect(answers).toEqual([refused, "value"]);
    expect(breaker.state).toBe("closed");
  });
});

describe("listeners", () => {
  it("hear of each failure, and of none that was no outage", async () => {
    await fail();
    await fail(new ResourceNotFoundError("none"));
    expect(events).toEqual(["postgres failed"]);
  });

  it("hear of opening, trying and closing in that order", async () => {
    await failTimes(5);
    later(60_000);
    await succeed();
    expect(events.filter((event) => !event.endsWith("failed"))).toEqual([
      "postgres open",
      "postgres half_open",
      "postgres closed",
    ]);
  });
});

describe("listeners of one that opens again", () => {
  it("hear of the failed try as one failure more, and of no closing between", async () => {
    await failTimes(5);
    events = [];
    later(60_000);
    await fail();
    expect(events.toSorted()).toEqual(["postgres failed", "postgres half_open", "postgres open"]);
  });

  it("hear nothing of calls that are not made", async () => {
    await failTimes(5);
    events = [];
    await fail();
    await succeed();
    expect(events).toEqual([]);
  });
});

describe("metrics", () => {
  it("count each failure by its service, whether or not it opens anything", async () => {
    const metrics = new ApiMetrics("test");
    breaker = new CircuitBreaker("redis", metrics.breakerListener);
    await failTimes(3);
    await fail(new ResourceNotFoundError("none"));
    const text = await metrics.text();
    expect(text).toMatch(/circuit_breaker_failures_total\{service="redis"\} 3/);
    expect(text).toMatch(/circuit_breaker_opened_total\{service="redis"\} 0/);
    expect(text).toMatch(/circuit_breaker_failures_total\{service="rabbitmq"\} 0/);
  });

  it("show one that tries again as half open, until it is known how that went", async () => {
    const metrics = new ApiMetrics("test");
    breaker = new CircuitBreaker("mongodb", metrics.breakerListener);
    await failTimes(5);
    later(60_000);
    let during = "";
    await outcomeOf(async () => {
      during = await metrics.text();
      throw outage;
    });
    expect(during).toMatch(/circuit_breaker_state\{service="mongodb"\} 1/);
    const after = await metrics.text();
    expect(after).toMatch(/circuit_breaker_state\{service="mongodb"\} 2/);
    expect(after).toMatch(/circuit_breaker_half_open_total\{service="mongodb"\} 1/);
    expect(after).toMatch(/circuit_breaker_opened_total\{service="mongodb"\} 2/);
  });

  it("show the state as a number, and count its changes by service", async () => {
    const metrics = new ApiMetrics("test");
    breaker = new CircuitBreaker("postgres", metrics.breakerListener);
    expect(await metrics.text()).toMatch(/circuit_breaker_state\{service="postgres"\} 0/);
    await failTimes(5);
    const open = await metrics.text();
    expect(open).toMatch(/circuit_breaker_state\{service="postgres"\} 2/);
    expect(open).toMatch(/circuit_breaker_opened_total\{service="postgres"\} 1/);
    expect(open).toMatch(/circuit_breaker_failures_total\{service="postgres"\} 5/);
    expect(open).toMatch(/circuit_breaker_opened_total\{service="mysql"\} 0/);
    later(60_000);
    await succeed();
    expect(await metrics.text()).toMatch(/circuit_breaker_closed_total\{service="postgres"\} 1/);
  });
});
