import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { EngineRequirement, ToolchainOptions } from "./engine.ts";

const levelsUp = ["..", "..", "..", ".."];

/** The checkout that this very code belongs to. */
export const checkout = path.resolve(import.meta.dirname, ...levelsUp);

/**
 * Root's engines run as an account that may not come to root's checkout, nor read in it: it is given a copy. Everybody
 * else runs what lies in the checkout, so that a change shows at the next restart.
 */
export function isCopied(): boolean {
  return process.getuid?.() === 0;
}

/** Whether this engine is had from the checkout, as it lies there: then nothing of it lies in the cache. */
export function isInPlace(
  { name, sources }: EngineRequirement,
  { engines }: Pick<ToolchainOptions, "engines">,
): boolean {
  const isOurs = engines?.[name] === undefined;
  return isOurs && !isCopied() && sources.every(({ provider }) => provider === "checkout");
}

/** What decides, besides the requirement itself, which copy serves; nothing where there is no copy. */
export async function checkoutKey({ sources }: EngineRequirement): Promise<readonly string[]> {
  const folders = sources.flatMap((source) =>
    source.provider === "checkout" ? source.folders : [],
  );
  if (folders.length === 0 || !isCopied()) return [];
  return [checkout, await digestOf(folders), await packagesDigest()];
}

/** Of npm's packages: the lock file says which they are. */
export async function packagesDigest(): Promise<string> {
  const lock = await readFile(path.join(checkout, "package-lock.json"));
  return createHash("sha256").update(process.version).update(lock).digest("hex");
}

/** Of the folders' files, by name and content. */
export async function digestOf(folders: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of await filesOf(folders)) {
    hash.update(`${file}\0`);
    hash.update(await readFile(path.join(checkout, file)));
  }
  return hash.digest("hex");
}

/** Paths in the checkout, sorted: sources, and what they read; no tests, nothing hidden, no npm packages. */
export async function filesOf(folders: readonly string[]): Promise<readonly string[]> {
  const listed = await Promise.all(folders.map(async (folder) => filesBelow(folder)));
  return ["package.json", ...listed.flat()].toSorted();
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(path.join(checkout, folder), { withFileTypes: true });
  const found = entries
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules" && name !== "test")
    .map(async (entry) => {
      const relative = path.join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(relative);
      return entry.isFile() && !entry.name.endsWith(".test.ts") ? [relative] : [];
    });
  return (await Promise.all(found)).flat();
}
