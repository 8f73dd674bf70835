import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { errnoOf } from "../shared/errors.ts";
import { acquireLock } from "../shared/lock.ts";
import { Apt } from "./apt.ts";
import { ownSources, parseDeb822, parseSourcesList, renderSources } from "./apt-sources.ts";
import { detectDistribution, type Distribution } from "./distribution.ts";
import { findPrograms } from "./find-programs.ts";
import { packagesFolder } from "./package-folder.ts";
import type { PackageFile } from "./package-list.ts";
import type { ProviderContext } from "./provider.ts";

/**
 * Resolves the names to a list of packages with versions and hashes, and has every one of them in the folder of
 * packages afterwards, unless `isUnpacked` says that the list is of no more use. Serial between all runs: apt's folders
 * are shared.
 */
export async function fetchPackages(
  names: readonly string[],
  context: ProviderContext,
  isUnpacked: (packages: readonly PackageFile[]) => Promise<boolean>,
): Promise<readonly PackageFile[]> {
  const { cacheFolder, signal } = context.options;
  await demandTools();
  const sources = context.options.aptSources ?? (await machineSources(await detectDistribution()));
  await using _ = await acquireLock(path.join(cacheFolder, "apt.lock"), {
    onWait: ({ pid }) => context.progress("lists", `waiting for process ${pid}, which uses apt`),
    ...(signal ? { signal } : {}),
  });
  const apt = await Apt.open({
    folders: { apt: path.join(cacheFolder, "apt"), packages: packagesFolder(cacheFolder) },
    sources,
    offline: context.options.offline ?? false,
    listsAgeMs: context.options.newest ? 60_000 : 6 * 3_600_000,
    onProgress: context.progress,
    log: context.options.log ?? (() => undefined),
    signal,
  });
  const attempt = async () => {
    const packages = await apt.resolve(names);
    if (!(await isUnpacked(packages))) await apt.download(packages);
    return packages;
  };
  try {
    return await attempt();
  } catch (error) {
    signal?.throwIfAborted();
    // The archive no longer has what older lists name, or they don't name what it has.
    if (await apt.refresh()) return attempt();
    throw error;
  }
}

async function demandTools(): Promise<void> {
  const tools = ["apt-get", "apt-config", "dpkg-deb", "tar"];
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), "/usr/bin", "/bin"];
  const found = await findPrograms(tools, folders);
  const missing = tools.filter((tool) => found[tool] === undefined);
  if (missing.length > 0) throw new Error(`this machine has no ${missing.join(", ")}`);
}

async function machineSources(distribution: Distribution): Promise<string> {
  const parts = "/etc/apt/sources.list.d";
  const names = await readdir(parts).catch(absent([]));
  const files = [
    "/etc/apt/sources.list",
    ...names.toSorted().map((name) => path.join(parts, name)),
  ];
  const found = [];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(absent(""));
    if (file.endsWith(".list")) found.push(...parseSourcesList(text));
    if (file.endsWith(".sources")) found.push(...parseDeb822(text));
  }
  const own = ownSources(found, distribution);
  if (own.length === 0) {
    throw new Error(`no package source in /etc/apt is the archive of ${distribution.codename}`);
  }
  return renderSources(own);
}

function absent<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (errnoOf(error) === "ENOENT") return value;
    throw error;
  };
}
