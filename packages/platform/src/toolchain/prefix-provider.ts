import type { PrefixSource } from "./engine.ts";
import { buildTree, isTreeComplete, type TreeParts, treeFolder } from "./engine-tree.ts";
import { fetchPackages } from "./fetch-packages.ts";
import type { PackageFile } from "./package-list.ts";
import type { Provider } from "./provider.ts";
import { treeFinding } from "./tree-finding.ts";
import { unpackPackages } from "./unpack-packages.ts";

/** The distribution's own signed packages, unpacked without root into a folder of their own. */
export const prefixProvider: Provider<PrefixSource> = {
  title: () => "the distribution's packages",
  find: async (source, context) => {
    const { cacheFolder, packages: overrides, signal } = context.options;
    const engine = context.requirement.name;
    const shims = source.shims ?? [];
    const treeOf = (parts: readonly PackageFile[]): TreeParts => ({ engine, parts, shims });
    const packages = await fetchPackages(overrides?.[engine] ?? source.packages, context, (list) =>
      isTreeComplete(treeFolder(cacheFolder, treeOf(list))),
    );
    const root = treeFolder(cacheFolder, treeOf(packages));
    if (!(await isTreeComplete(root))) {
      const fill = (folder: string) => unpackPackages(packages, folder, context);
      await buildTree(root, treeOf(packages), fill, signal);
    }
    return treeFinding(root, source);
  },
};
