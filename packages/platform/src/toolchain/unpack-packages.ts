import path from "node:path";
import { packagesFolder } from "./package-folder.ts";
import type { PackageFile } from "./package-list.ts";
import type { ProviderContext } from "./provider.ts";
import { unpackPackage } from "./unpack-package.ts";

/** Unpacking is bound by decompression on one core; more than this would crowd out everything else. */
const atOnce = 2;

/** Unpacks all packages into one folder, the big ones first. */
export async function unpackPackages(
  packages: readonly PackageFile[],
  folder: string,
  { options, progress }: ProviderContext,
): Promise<void> {
  const waiting = packages.toSorted((a, b) => a.sizeBytes - b.sizeBytes);
  const total = packages.reduce((sum, each) => sum + each.sizeBytes, 0);
  let done = 0;
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      options.signal?.throwIfAborted();
      const file = path.join(packagesFolder(options.cacheFolder), next.file);
      await unpackPackage(file, folder, options.signal);
      done += next.sizeBytes;
      progress("unpack", next.name, done / total);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: atOnce }, work));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
