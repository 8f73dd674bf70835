import { existsSync } from "node:fs";
import path from "node:path";
import { DevStackError, errnoOf, messageOf } from "../shared/errors.ts";
import { ensureFolder } from "../shared/files.ts";
import { acquireLock } from "../shared/lock.ts";
import { isInPlace } from "./checkout-code.ts";
import type { EngineInstallation, EngineRequirement, ToolchainOptions } from "./engine.ts";
import { toolchainErrors } from "./errors.ts";
import type { ProviderContext } from "./provider.ts";
import { choiceKey, readChoice, writeChoice } from "./recorded-choice.ts";

/**
 * The engine from the first source that has all its required programs in a suitable version, fetched and unpacked if
 * need be. What was chosen is recorded: the next call takes a few milliseconds and needs no network.
 * @throws DS_ENGINE_UNAVAILABLE that names every source and what speaks against it; DS_CACHE_UNUSABLE
 */
export async function provideEngine(
  requirement: EngineRequirement,
  options: ToolchainOptions,
): Promise<EngineInstallation> {
  const context = contextOf(requirement, options);
  if (isInPlace(requirement, options)) return ready(await choose(context), context);
  const key = await choiceKey(requirement, options);
  const recorded = options.newest ? undefined : await readChoice(requirement, options, key);
  if (recorded) return ready(recorded, context);
  try {
    await prepareCache(options.cacheFolder);
    await using _ = await acquireLock(engineLock(options.cacheFolder, requirement.name), {
      onWait: ({ pid }) => context.progress("lists", `waiting for process ${pid}, which gets it`),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const meanwhile = options.newest ? undefined : await readChoice(requirement, options, key);
    if (meanwhile) return ready(meanwhile, context);
    const installation = await choose(context);
    await writeChoice(installation, options, key);
    return ready(installation, context);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof DevStackError || errnoOf(error) === undefined) throw error;
    throw cacheUnusable(options.cacheFolder, error);
  }
}

async function choose(context: ProviderContext): Promise<EngineInstallation> {
  const { chooseEngine } = await import("./choose-engine.ts"); // with all providers: loaded once an engine
  return chooseEngine(context);
}

/** Held by whoever gets the engine. */
export function engineLock(cacheFolder: string, engine: string): string {
  return path.join(cacheFolder, "engines", `${engine}.lock`);
}

export function contextOf(
  requirement: EngineRequirement,
  options: ToolchainOptions,
): ProviderContext {
  return {
    requirement,
    options,
    progress: (step, detail, fraction) =>
      options.onProgress?.({
        engine: requirement.name,
        step,
        detail,
        ...(fraction === undefined ? {} : { fraction }),
      }),
    provide: (other) => provideEngine(other, options),
  };
}

function ready(installation: EngineInstallation, context: ProviderContext): EngineInstallation {
  const { product, version, provider } = installation;
  context.progress("ready", `${product} ${version} (${provider})`, 1);
  return installation;
}

async function prepareCache(folder: string): Promise<void> {
  // One that is there already is somebody's: its permissions are not ours to change.
  if (!existsSync(folder)) await ensureFolder(folder, { mode: 0o755 });
  await ensureFolder(path.join(folder, "engines"), { mode: 0o755 });
}

function cacheUnusable(folder: string, error: unknown): DevStackError {
  const errno = errnoOf(error) ?? "";
  return toolchainErrors.DS_CACHE_UNUSABLE(
    `the cache folder ${folder} can't be written: ${messageOf(error)}`,
    {
      hint: ["ENOSPC", "EDQUOT"].includes(errno)
        ? `make room on the disk of ${folder}, then devstack fetch`
        : "make it writable, or set XDG_CACHE_HOME or DEVSTACK_HOME to a folder that is",
      details: { folder, errno },
      cause: error,
    },
  );
}
