import path from "node:path";
import { DevStackError, type SerialisedError } from "../shared/errors.ts";
import { readFileIfPresent, writeFileAtomically } from "../shared/files.ts";
import type { ServiceDefinition } from "../services/definition.ts";
import {
  type EngineInstallation,
  type EngineRequirement,
  provideEngine,
  type ToolchainProgress,
} from "../toolchain/engine.ts";
import type { Stack } from "./stack.ts";

/** The engine by the stack's own configuration; from the cache in a few milliseconds when it is there. */
export async function engineOf(
  stack: Stack,
  requirement: EngineRequirement,
  options: {
    readonly onProgress?: (progress: ToolchainProgress) => void;
    readonly signal?: AbortSignal;
  } = {},
): Promise<EngineInstallation> {
  return provideEngine(requirement, {
    cacheFolder: stack.base.cache,
    engines: stack.engines,
    ...options,
  });
}

export interface ProvidedEngines {
  /** By service. */
  readonly installations: Readonly<Record<string, EngineInstallation>>;
  /** By service: why its engine can't be had here. */
  readonly unavailable: Readonly<Record<string, SerialisedError>>;
}

/** The engines of all these services, side by side; one that can't be had does not hold up the others. */
export async function provideEngines(
  stack: Stack,
  services: readonly ServiceDefinition[],
  options: {
    readonly onProgress?: (progress: ToolchainProgress) => void;
    readonly signal?: AbortSignal;
  } = {},
): Promise<ProvidedEngines> {
  const installations: Record<string, EngineInstallation> = {};
  const unavailable: Record<string, SerialisedError> = {};
  await Promise.all(
    services.map(async ({ name, engine }) => {
      try {
        installations[name] = await engineOf(stack, engine, options);
      } catch (error) {
        if (!(error instanceof DevStackError)) throw error;
        unavailable[name] = error.toJSON();
      }
    }),
  );
  return { installations, unavailable };
}

/** By service: "postgresql 15.18 (prefix)"; a stand-in goes by its own name. */
export type RecordedEngines = Readonly<Record<string, string>>;

/** Keeps what was chosen beside the stack, for `status` to say without asking the toolchain. */
export async function recordEngines(
  stack: Stack,
  installations: Readonly<Record<string, EngineInstallation>>,
): Promise<void> {
  const chosen = Object.entries(installations).map(([service, engine]) => [
    service,
    `${engine.product} ${engine.version} (${engine.provider})`,
  ]);
  const record = { ...(await recordedEngines(stack)), ...Object.fromEntries(chosen) };
  await writeFileAtomically(recordFile(stack), JSON.stringify(record));
}

export async function recordedEngines(stack: Stack): Promise<RecordedEngines> {
  return JSON.parse((await readFileIfPresent(recordFile(stack))) ?? "{}") as RecordedEngines;
}

function recordFile(stack: Stack): string {
  return path.join(stack.folders.state, "engines.json");
}
