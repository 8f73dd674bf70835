import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { errnoOf } from "../shared/errors.ts";
import { sizeOfTree } from "../shared/files.ts";
import type { EngineInstallation } from "./engine.ts";
import { isTreeWhole, parseTreeName, readManifest, type TreeManifest } from "./engine-tree.ts";
import { packagesFolder } from "./package-folder.ts";
import { readChoiceFile } from "./recorded-choice.ts";

/** What lies in a cache folder; all paths are absolute. */
export interface CacheContents {
  readonly choices: readonly CachedChoice[];
  readonly trees: readonly CachedTree[];
  readonly packages: readonly CachedFile[];
}

interface CachedFile {
  readonly file: string;
  readonly sizeBytes: number;
}

interface CachedChoice extends CachedFile {
  /** Outdated: a program that it names is gone, or another file now. */
  readonly state: "good" | "outdated" | "unreadable";
  readonly installation?: EngineInstallation;
}

export interface CachedTree {
  readonly folder: string;
  readonly engine: string;
  readonly state: "whole" | "damaged" | "half-made";
  readonly sizeBytes: number;
  readonly manifest: TreeManifest | undefined;
}

export async function inspectCache(cacheFolder: string): Promise<CacheContents> {
  const engines = path.join(cacheFolder, "engines");
  const names = await namesIn(engines);
  const choices = names.filter((name) => name.endsWith(".json"));
  const packages = packagesFolder(cacheFolder);
  return {
    choices: await Promise.all(
      choices.map(async (name) => inspectChoice(path.join(engines, name))),
    ),
    trees: await inspectTrees(engines, names),
    packages: (
      await Promise.all(
        (await namesIn(packages)).map(async (name) => inspectFile(path.join(packages, name))),
      )
    ).flat(),
  };
}

async function inspectChoice(file: string): Promise<CachedChoice> {
  const { size: sizeBytes } = await stat(file);
  try {
    const installation = await readChoiceFile(file);
    return installation
      ? { file, sizeBytes, state: "good", installation }
      : { file, sizeBytes, state: "outdated" };
  } catch (error) {
    return { file, sizeBytes, state: errnoOf(error) === "ENOENT" ? "outdated" : "unreadable" };
  }
}

/** One after the other: each has thousands of files. */
async function inspectTrees(
  engines: string,
  names: readonly string[],
): Promise<readonly CachedTree[]> {
  const trees: CachedTree[] = [];
  for (const name of names) {
    const parsed = parseTreeName(name);
    if (!parsed) continue;
    const folder = path.join(engines, name);
    const isWhole = !parsed.isPartial && (await isTreeWhole(folder));
    trees.push({
      folder,
      engine: parsed.engine,
      state: parsed.isPartial ? "half-made" : isWhole ? "whole" : "damaged",
      sizeBytes: await sizeOfTree(folder),
      manifest: await readManifest(folder),
    });
  }
  return trees;
}

async function inspectFile(file: string): Promise<readonly CachedFile[]> {
  const found = await stat(file);
  // "partial" is apt's own folder, which it keeps.
  if (found.isDirectory() && path.basename(file) === "partial") return [];
  return [{ file, sizeBytes: found.isDirectory() ? await sizeOfTree(file) : found.size }];
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  });
}
