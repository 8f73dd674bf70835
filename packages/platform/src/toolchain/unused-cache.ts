import { rm } from "node:fs/promises";
import path from "node:path";
import { acquireLock } from "../shared/lock.ts";
import { pythonWithPip } from "./find-python.ts";
import type { EngineRequirement, ToolchainOptions } from "./engine.ts";
import { type CacheContents, inspectCache } from "./inspect-cache.ts";
import { engineLock } from "./provide-engine.ts";
import { choiceFile, choiceKey } from "./recorded-choice.ts";
import { programsRunning } from "./running-programs.ts";

export interface UnusedCache {
  /** Files and folders. */
  readonly paths: readonly string[];
  readonly sizeBytes: number;
}

/** Everyone who may want what lies in the cache: what it asks for, and how. */
export interface CacheUser {
  readonly requirements: readonly EngineRequirement[];
  readonly options: ToolchainOptions;
}

/**
 * What nobody needs: choices that none of these users would make again, trees that no choice names and no process runs
 * from, downloads that no such tree was unpacked from. All users share one cache.
 */
export async function findUnused(users: readonly CacheUser[]): Promise<UnusedCache> {
  const [first] = users;
  if (!first) return { paths: [], sizeBytes: 0 };
  return unusedIn(await inspectCache(first.options.cacheFolder), await wantedChoices(users));
}

/** Removes it, while nobody gets an engine. */
export async function pruneCache(users: readonly CacheUser[]): Promise<void> {
  const { cacheFolder } = users[0]?.options ?? {};
  if (cacheFolder === undefined) return;
  const names = new Set(users.flatMap(({ requirements }) => requirements.map(({ name }) => name)));
  // The tool comes last: whoever needs it holds the lock of the engine that it is for.
  await using locks = new AsyncDisposableStack();
  for (const name of [...names, pythonWithPip.name])
    locks.use(await acquireLock(engineLock(cacheFolder, name)));
  const { paths } = await findUnused(users);
  for (const each of paths) await rm(each, { recursive: true, force: true });
}

async function wantedChoices(users: readonly CacheUser[]): Promise<ReadonlySet<string>> {
  const files = users.flatMap(({ requirements, options }) =>
    [...requirements, pythonWithPip].map(async (requirement) =>
      choiceFile(options.cacheFolder, requirement.name, await choiceKey(requirement, options)),
    ),
  );
  return new Set(await Promise.all(files));
}

async function unusedIn(
  { choices, trees, packages }: CacheContents,
  wanted: ReadonlySet<string>,
): Promise<UnusedCache> {
  const isUsed = ({ file, state }: CacheContents["choices"][number]): boolean =>
    wanted.has(file) && state === "good";
  const used = choices.filter(isUsed).flatMap(({ installation }) => installation ?? []);
  const roots = new Set(used.map(({ root }) => root));
  // A program may lie in another tree than the root.
  const programs = [
    ...used.flatMap((one) => Object.values(one.programs)),
    ...(await programsRunning()),
  ];
  const needed = trees.filter(
    ({ folder }) =>
      roots.has(folder) || programs.some((program) => program.startsWith(folder + path.sep)),
  );
  const unusedTrees = trees.filter((tree) => !needed.includes(tree) && tree.state !== "half-made");
  // A tree without a list of its files could have been made of any.
  const isKnown = needed.every(({ manifest }) => manifest?.files !== undefined);
  const files = new Set(needed.flatMap(({ manifest }) => manifest?.files ?? []));
  const unused = [
    ...choices.filter((choice) => !isUsed(choice) && choice.state !== "unreadable"),
    ...unusedTrees.map(({ folder, sizeBytes }) => ({ file: folder, sizeBytes })),
    ...(isKnown ? packages.filter(({ file }) => !files.has(path.basename(file))) : []),
  ];
  return {
    paths: unused.map(({ file }) => file),
    sizeBytes: unused.reduce((sum, each) => sum + each.sizeBytes, 0),
  };
}
