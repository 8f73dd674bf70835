import { definitionOf, requireServices } from "../services/registry.ts";
import { makeRuns } from "../services/service-unit.ts";
import { vaultService } from "../services/vault/vault-service.ts";
import { writeAndReadBack } from "../services/vault/vault-unit.ts";
import { messageOf } from "../shared/errors.ts";
import { connectOnce } from "../supervisor/ports.ts";
import { keyStoreOf } from "./key-store-of.ts";
import { credentialsOf } from "./connections.ts";
import { engineOf } from "./engines.ts";
import { notRunning } from "./restart.ts";
import type { Stack } from "./stack.ts";
import { type InstanceStatus, status } from "./status.ts";
import { appNames } from "./user-apps.ts";
import { vaultClientOf } from "./units.ts";

export interface ServiceHealth {
  readonly service: string;
  readonly state: InstanceStatus["state"];
  /** What was asked of it just now. */
  readonly check: string;
  readonly healthy: boolean;
  readonly milliseconds?: number;
  readonly reason?: string;
}

const answersWithinMs = 5000;

/**
 * Asks these services now, whatever their state was last; without names all but those that nobody started.
 * Rejects with DS_NOT_RUNNING when the stack is not up.
 */
export async function health(
  stack: Stack,
  services: readonly string[],
  withinMs = answersWithinMs,
): Promise<readonly ServiceHealth[]> {
  requireServices(services, appNames(stack));
  const { running, instances } = await status(stack);
  if (!running) throw notRunning(stack);
  const states = new Map(instances.map(({ service, state }) => [service, state]));
  const chosen = [...states].filter(([service, state]) =>
    services.length > 0 ? services.includes(service) : state !== "stopped",
  );
  return Promise.all(
    chosen.map(async ([service, state]) => healthOf(stack, service, state, withinMs)),
  );
}

async function healthOf(
  stack: Stack,
  service: string,
  state: InstanceStatus["state"],
  withinMs: number,
): Promise<ServiceHealth> {
  const check = checkOf(stack, service);
  if (state !== "ready") return { service, state, check, healthy: false, reason: `it is ${state}` };
  const startedAt = performance.now();
  const took = (): number => Math.round(performance.now() - startedAt);
  const signal = AbortSignal.timeout(withinMs);
  try {
    await Promise.race([probe(stack, service, signal), rejectAt(signal, withinMs)]);
    return { service, state, check, healthy: true, milliseconds: took() };
  } catch (error) {
    return {
      service,
      state,
      check,
      healthy: false,
      milliseconds: took(),
      reason: messageOf(error),
    };
  }
}

function checkOf(stack: Stack, service: string): string {
  const app = stack.apps.find(({ name }) => name === service);
  if (app) return app.port === undefined ? "it runs" : `127.0.0.1:${app.port} accepts`;
  return service === vaultService.name ? vaultService.readyMeans : definitionOf(service).readyMeans;
}

/** The very check that a start ends with. */
async function probe(stack: Stack, service: string, signal: AbortSignal): Promise<void> {
  if (service === vaultService.name) {
    using client = vaultClientOf(stack);
    return await writeAndReadBack(client.withToken(await keyStoreOf(stack).rootToken()));
  }
  const app = stack.apps.find(({ name }) => name === service);
  if (app) return app.port === undefined ? undefined : connectOnce(app.port);
  const definition = definitionOf(service);
  const [secrets, engine] = await Promise.all([
    credentialsOf(stack, definition),
    engineOf(stack, definition.engine, { signal }),
  ]);
  const [first] = makeRuns(definition, { ...stack, engine }, secrets);
  if (first) await definition.ready(first, signal);
}

async function rejectAt(signal: AbortSignal, withinMs: number): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(new Error(`it did not answer within ${withinMs / 1000} s`));
    signal.addEventListener("abort", abort, { once: true });
  });
}
