import type { SerialisedError } from "../shared/errors.ts";
import { definitionOf, definitions, requireServices, serviceNames } from "../services/registry.ts";
import { askDaemon } from "../supervisor/control-client.ts";
import { controlSocket, type DaemonStatus } from "../supervisor/control-protocol.ts";
import type { UnitEvent } from "../supervisor/unit.ts";
import type { EngineInstallation, ToolchainProgress } from "../toolchain/engine.ts";
import { ensureDaemon } from "./daemon-process.ts";
import { appErrors } from "./errors.ts";
import { provideEngines } from "./engines.ts";
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
  requireServices(options.services ?? []);
  const wanted = options.services ?? serviceNames;
  await establishStack(stack);
  const chosen = options.services
    ? wanted.filter((name) => name !== "vault").map(definitionOf)
    : definitions;
  const { installations, unavailable } = await provideEngines(stack, chosen, {
    ...(options.onEngine ? { onProgress: options.onEngine } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  await ensureDaemon(stack, options.onWait ? { onWait: options.onWait } : {});
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
