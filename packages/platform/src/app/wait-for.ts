import { setTimeout as delay } from "node:timers/promises";
import { requireServices } from "../services/registry.ts";
import { DevStackError } from "../shared/errors.ts";
import { appErrors } from "./errors.ts";
import { health } from "./health.ts";
import type { Stack } from "./stack.ts";
import { appNames } from "./user-apps.ts";
import { status } from "./status.ts";

export const awaitedStates = ["healthy", "stopped"] as const;
export type AwaitedState = (typeof awaitedStates)[number];

const intervalMs = 100;

/**
 * Resolves once all these services are so at once: healthy is a check of now, stopped that none of their processes is
 * there. The stack itself may come or go meanwhile.
 * @throws DS_WAIT_TIMED_OUT
 */
export async function waitFor(
  stack: Stack,
  services: readonly string[],
  options: {
    readonly state: AwaitedState;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  requireServices(services, appNames(stack));
  const end = performance.now() + options.timeoutMs;
  for (;;) {
    const leftMs = Math.max(1, Math.min(5000, Math.ceil(end - performance.now())));
    const missing = await (options.state === "healthy"
      ? unhealthy(stack, services, leftMs)
      : unstopped(stack, services));
    if (missing.length === 0) return;
    if (performance.now() >= end) {
      throw appErrors.DS_WAIT_TIMED_OUT(
        `not ${options.state} within ${options.timeoutMs / 1000} s: ${missing.join("; ")}`,
        { hint: "devstack status; devstack logs SERVICE" },
      );
    }
    await delay(intervalMs, undefined, { signal: options.signal });
  }
}

async function unhealthy(
  stack: Stack,
  services: readonly string[],
  withinMs: number,
): Promise<readonly string[]> {
  try {
    const found = await health(stack, services, withinMs);
    return found
      .filter((one) => !one.healthy)
      .map(({ service, reason }) => `${service} (${reason})`);
  } catch (error) {
    if (error instanceof DevStackError && error.code === "DS_NOT_RUNNING")
      return [`${services.join(", ")} (${error.message})`];
    throw error;
  }
}

async function unstopped(stack: Stack, services: readonly string[]): Promise<readonly string[]> {
  const { instances } = await status(stack);
  return instances
    .filter(({ service }) => services.includes(service))
    .filter(({ state, pid }) => pid !== undefined || state === "restarting") // between two processes
    .map(
      ({ instance, state, pid }) =>
        `${instance} (${state}${pid === undefined ? "" : `, pid ${pid}`})`,
    );
}
