import { mkdir } from "node:fs/promises";
import path from "node:path";
import { downloadFile } from "./download-file.ts";
import type { ArchiveSource } from "./engine.ts";
import { buildTree, isTreeWhole, treeFolder } from "./engine-tree.ts";
import { packagesFolder, sha256OfFile } from "./package-folder.ts";
import { platform } from "./platform.ts";
import type { Provider, ProviderContext } from "./provider.ts";
import { treeFinding } from "./tree-finding.ts";
import { unpackTar } from "./unpack-tar.ts";

/** The vendor's own archive, which is known by its hash: where it comes from matters to nobody. */
export const archiveProvider: Provider<ArchiveSource> = {
  title: ({ archives }) => `the archive ${archives[platform]?.url ?? "for another platform"}`,
  find: async (source, context) => {
    const { archives, shims = [] } = source;
    const own = archives[platform];
    if (!own)
      throw new Error(
        `there is none for ${platform}, only for ${Object.keys(archives).join(", ")}`,
      );
    const { cacheFolder, signal } = context.options;
    const name = nameOf(own.url);
    const engine = context.requirement.name;
    const tree = { engine, parts: [{ name, version: "", hash: own.sha256 }], shims };
    const root = treeFolder(cacheFolder, tree);
    if (!(await isTreeWhole(root))) {
      const file = `${own.sha256.slice(0, 16)}-${name}`;
      const archive = path.join(packagesFolder(cacheFolder), file);
      await fetchArchive(own, archive, context);
      const fill = async (folder: string) => {
        context.progress("unpack", name);
        const target = path.join(folder, "archive");
        await mkdir(target);
        await unpackTar(archive, target, signal);
      };
      await buildTree(root, { ...tree, files: [file] }, fill, signal);
    }
    const programFolders = source.programFolders ?? ["archive/**/bin", "archive/**/sbin"];
    return treeFinding(root, { ...source, programFolders });
  },
};

async function fetchArchive(
  { url, sha256 }: { readonly url: string; readonly sha256: string },
  file: string,
  { options, progress }: ProviderContext,
): Promise<void> {
  if ((await sha256OfFile(file)) === sha256) return;
  if (options.offline) throw new Error("it is not in the cache, and this run is offline");
  await mkdir(path.dirname(file), { recursive: true });
  await downloadFile(
    { url, sha256, file },
    {
      onProgress: (bytes, total) => {
        const detail = `${path.basename(file)}, ${(bytes / 1e6).toFixed(1)} MB`;
        progress("download", detail, total === undefined ? undefined : bytes / total);
      },
      signal: options.signal,
    },
  );
}

/** The last part of the address, as a file's name. */
function nameOf(url: string): string {
  return path.posix.basename(new URL(url).pathname).replaceAll(/[^\w.+-]/g, "_") || "archive";
}
