import type { PrefixSource } from "./engine.ts";
import { buildTree, isTreeWhole, type TreeParts, treeFolder } from "./engine-tree.ts";
import { fetchPackages } from "./fetch-packages.ts";
import { type PackageFile, partOf } from "./package-list.ts";
import type { Provider } from "./provider.ts";
import { treeFinding } from "./tree-finding.ts";
import { unpackPackages } from "./unpack-packages.ts";

/** The distribution's own signed packages, unpacked without root into a folder of their own. */
export const prefixProvider: Provider<PrefixSource> = {
  title: () => "the distribution's packages",
  find: async (source, context) => {
    const { cacheFolder, engines, signal } = context.options;
    const engine = context.requirement.name;
    const shims = source.shims ?? [];
    const treeOf = (list: readonly PackageFile[]): TreeParts => ({
      engine,
      parts: list.map(partOf),
      shims,
    });
    const packages = await fetchPackages(
      engines?.[engine]?.packages ?? source.packages,
      context,
      (list) => isTreeWhole(treeFolder(cacheFolder, treeOf(list))),
    );
    const root = treeFolder(cacheFolder, treeOf(packages));
    if (!(await isTreeWhole(root))) {
      const fill = (folder: string) => unpackPackages(packages, folder, context);
      const files = packages.map(({ file }) => file);
      await buildTree(root, { ...treeOf(packages), files }, fill, signal);
    }
    return treeFinding(root, source);
  },
};
