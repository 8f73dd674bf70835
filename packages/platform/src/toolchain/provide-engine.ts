import { existsSync } from "node:fs";
import path from "node:path";
import { errnoOf, messageOf } from "../shared/errors.ts";
import { ensureFolder } from "../shared/files.ts";
import { acquireLock } from "../shared/lock.ts";
import { chooseEngine } from "./choose-engine.ts";
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
  const key = await choiceKey(requirement, options);
  const context = contextOf(requirement, options);
  const recorded = await readChoice(requirement, options, key);
  if (recorded) return ready(recorded, context);
  await prepareCache(options.cacheFolder);
  const lock = path.join(options.cacheFolder, "engines", `${requirement.name}.lock`);
  await using _ = await acquireLock(lock, {
    onWait: ({ pid }) => context.progress("lists", `waiting for process ${pid}, which gets it`),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const meanwhile = await readChoice(requirement, options, key);
  if (meanwhile) return ready(meanwhile, context);
  const installation = await chooseEngine(context);
  await writeChoice(installation, options, key);
  return ready(installation, context);
}

function contextOf(requirement: EngineRequirement, options: ToolchainOptions): ProviderContext {
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
  try {
    // One that is there already is somebody's: its permissions are not ours to change.
    if (!existsSync(folder)) await ensureFolder(folder, { mode: 0o755 });
    await ensureFolder(path.join(folder, "engines"), { mode: 0o755 });
  } catch (error) {
    throw toolchainErrors.DS_CACHE_UNUSABLE(
      `the cache folder ${folder} can't be written: ${messageOf(error)}`,
      {
        hint: "make it writable, or set XDG_CACHE_HOME or DEVSTACK_HOME to a folder that is",
        details: { folder, errno: errnoOf(error) },
        cause: error,
      },
    );
  }
}
