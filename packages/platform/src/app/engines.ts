import { DevStackError, exitCodes, type SerialisedError } from "../shared/errors.ts";
import type { ServiceDefinition } from "../services/definition.ts";
import {
  type EngineInstallation,
  type EngineRequirement,
  provideEngine,
  type ToolchainOptions,
} from "../toolchain/engine.ts";
import { isInPlace } from "../toolchain/checkout-code.ts";
import { choiceKey, readChoice } from "../toolchain/recorded-choice.ts";
import type { Stack } from "./stack.ts";

/** How the toolchain looks for this stack's engines. */
export function toolchainOptions(stack: Stack): ToolchainOptions {
  return { cacheFolder: stack.base.cache, engines: stack.engines, offline: stack.offline };
}

/** What a caller may say besides. */
export type ProvideOptions = Pick<ToolchainOptions, "onProgress" | "signal" | "newest">;

/** The engine by the stack's own configuration; from the cache in a few milliseconds when it is there. */
export async function engineOf(
  stack: Stack,
  requirement: EngineRequirement,
  options: ProvideOptions = {},
): Promise<EngineInstallation> {
  return provideEngine(requirement, {
    ...toolchainOptions(stack),
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
  options: ProvideOptions = {},
): Promise<ProvidedEngines> {
  const attempts = await Promise.all(
    services.map(async ({ name, engine }) => {
      try {
        return { name, installation: await engineOf(stack, engine, options) };
      } catch (error) {
        // A cache that can't be written is nobody's engine: it ends the whole.
        if (!(error instanceof DevStackError && error.exit === exitCodes.partlyDone)) throw error;
        return { name, error: error.toJSON() };
      }
    }),
  );
  return {
    installations: Object.fromEntries(
      attempts.flatMap(({ name, installation }) => (installation ? [[name, installation]] : [])),
    ),
    unavailable: Object.fromEntries(
      attempts.flatMap(({ name, error }) => (error ? [[name, error]] : [])),
    ),
  };
}

/** What the cache has for it, where it was chosen before, or the checkout; looks nowhere else. */
export async function chosenEngine(
  stack: Stack,
  requirement: EngineRequirement,
): Promise<EngineInstallation | undefined> {
  const options = toolchainOptions(stack);
  if (isInPlace(requirement, options)) return provideEngine(requirement, options);
  return readChoice(requirement, options, await choiceKey(requirement, options));
}
