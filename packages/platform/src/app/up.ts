import type { SerialisedError } from "../shared/errors.ts";
import { definitionOf, requireServices, serviceNames } from "../services/registry.ts";
import { servicesOfProfile } from "../services/profiles.ts";
import { vaultService } from "../services/vault/vault-service.ts";
import { askDaemon } from "../supervisor/control-client.ts";
import { controlSocket, type DaemonStatus } from "../supervisor/control-protocol.ts";
import type { UnitEvent } from "../supervisor/unit.ts";
import type { EngineInstallation, ToolchainProgress } from "../toolchain/engine.ts";
import { ensureDaemon } from "./daemon-process.ts";
import { appErrors } from "./errors.ts";
import { provideEngines } from "./engines.ts";
import { keepGivenToken } from "./key-store-of.ts";
import { appNames } from "./user-apps.ts";
import { establishStack, type Stack } from "./stack.ts";

export interface UpOptions {
  /** Undefined: all. */
  readonly services?: readonly string[];
  readonly onEngine?: (progress: ToolchainProgress) => void;
  readonly onEvent?: (event: UnitEvent) => void;
  readonly onWait?: (pid: number) => void;
  readonly signal?: AbortSignal;
}

export interface UpOutcome {
  readonly daemon: DaemonStatus;
  readonly engines: Readonly<Record<string, EngineInstallation>>;
  /** By service: why its engine can't be had here. */
  readonly unavailable: Readonly<Record<string, SerialisedError>>;
}

/** Gets the engines, starts the daemon where none runs, and through it the services and what they need. */
export async function up(stack: Stack, options: UpOptions = {}): Promise<UpOutcome> {
  const apps = appNames(stack);
  requireServices(options.services ?? [], apps);
  const profile = servicesOfProfile(stack.profile);
  const wanted = options.services ?? [...profile, ...apps];
  await establishStack(stack);
  await keepGivenToken(stack, process.env);
  const chosen = servicesBehind(stack, wanted)
    .filter((name) => name !== vaultService.name)
    .map(definitionOf);
  const { installations, unavailable } = await provideEngines(stack, chosen, {
    ...(options.onEngine ? { onProgress: options.onEngine } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  await ensureDaemon(stack, options.onWait ? { onWait: options.onWait } : {});
  if (apps.length > 0) await requireKnown(stack, wanted);
  const daemon = await askDaemon(
    controlSocket(stack.folders.run),
    "start",
    { units: wanted.filter((name) => !(name in unavailable)), unavailable },
    {
      ...(options.onEvent ? { onEvent: options.onEvent } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    },
  );
  if (!daemon)
    throw appErrors.DS_DAEMON_NOT_STARTED("the stack's daemon ended at once", {
      hint: "devstack logs daemon",
    });
  return { daemon, engines: installations, unavailable };
}

/** These services, and those that these applications need. */
function servicesBehind(stack: Stack, names: readonly string[]): readonly string[] {
  const needs = stack.apps.filter(({ name }) => names.includes(name)).flatMap((app) => app.needs);
  return serviceNames.filter((name) => names.includes(name) || needs.includes(name));
}

/** Refuses what the daemon that runs does not know, because it was started before the configuration named it. */
async function requireKnown(stack: Stack, names: readonly string[]): Promise<void> {
  const daemon = await askDaemon(controlSocket(stack.folders.run), "status", {});
  const known = daemon?.units.map((unit) => unit.name) ?? names;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw appErrors.DS_STACK_RUNNING(
    `the stack was started before the configuration named ${unknown.join(", ")}`,
    { hint: "devstack down; then devstack up" },
  );
}
