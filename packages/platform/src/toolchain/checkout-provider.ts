import { copyFile, cp, mkdir, readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { exists } from "../shared/files.ts";
import { checkout, digestOf, filesOf, isCopied, packagesDigest } from "./checkout-code.ts";
import type { CheckoutSource } from "./engine.ts";
import { buildTree, isTreeWhole, treeFolder } from "./engine-tree.ts";
import { type LockEntries, lockClosure } from "./lock-closure.ts";
import type { Finding, Provider, ProviderContext } from "./provider.ts";

/**
 * Node and programs of the checkout. For root's engines they are copied into the cache, which their account can read
 * and can't change: Node and npm's packages once for each lock file, the sources once for each change.
 */
export const checkoutProvider: Provider<CheckoutSource> = {
  title: () => "DevStack's own checkout",
  find: async ({ folders }, context) => {
    if (!isCopied()) return finding(path.dirname(process.execPath), checkout);
    const lock = await lockFor(folders);
    const packages = await copyPackages(lock, context);
    const sources = await copySources(folders, lock, packages, context);
    const node = isNodeCarried()
      ? path.join(packages, "usr", "bin")
      : path.dirname(process.execPath);
    return finding(node, sources);
  },
};

function finding(folder: string, root: string): Finding {
  return { folders: [folder], root, env: {} };
}

/** Otherwise it is the machine's, and there for everybody. */
function isNodeCarried(): boolean {
  return process.execPath.startsWith(path.join(checkout, "node_modules") + path.sep);
}

interface Lock {
  /** Paths of packages at the top; those that lie in another one come with it. */
  readonly packages: readonly string[];
  /** Those of them that npm leaves out where they are for another platform. */
  readonly optional: ReadonlySet<string>;
  /** The checkout's own packages: where npm links them, and the folder that each leads to. */
  readonly links: readonly (readonly [place: string, folder: string])[];
}

/** What the packages in these folders need. */
async function lockFor(folders: readonly string[]): Promise<Lock> {
  const text = await readFile(path.join(checkout, "package-lock.json"), "utf8");
  const { packages } = JSON.parse(text) as { packages: LockEntries };
  const own = Object.keys(packages).filter((place) =>
    folders.some((folder) => `${place}/`.startsWith(`${folder}/`)),
  );
  const needed = [...lockClosure(packages, own)].filter((place) =>
    place.startsWith("node_modules/"),
  );
  return {
    packages: needed.filter(
      (place) => !packages[place]?.link && place.lastIndexOf("node_modules/") === 0,
    ),
    optional: new Set(needed.filter((place) => packages[place]?.optional)),
    links: needed.flatMap((place) => {
      const { link, resolved = "" } = packages[place] ?? {};
      return link ? [[place, resolved] as const] : [];
    }),
  };
}

async function copyPackages(lock: Lock, context: ProviderContext): Promise<string> {
  const part = { name: "packages", version: process.version, hash: await packagesDigest() };
  return tree(part, context, async (target) => {
    if (isNodeCarried()) await copyFile(process.execPath, path.join(target, "usr", "bin", "node"));
    for (const installed of lock.packages) {
      const from = path.join(checkout, installed);
      if (!(await exists(from))) {
        if (lock.optional.has(installed)) continue;
        throw new Error(`npm has not installed ${installed}: "devstack version" does`);
      }
      await cp(from, path.join(target, installed), { recursive: true, verbatimSymlinks: true });
    }
  });
}

async function copySources(
  folders: readonly string[],
  lock: Lock,
  packages: string,
  context: ProviderContext,
): Promise<string> {
  const hash = await digestOf(folders);
  const part = { name: "sources", version: path.basename(packages), hash };
  return tree(part, context, async (target) => {
    for (const file of await filesOf(folders)) {
      await mkdir(path.dirname(path.join(target, file)), { recursive: true });
      await copyFile(path.join(checkout, file), path.join(target, file));
    }
    for (const place of lock.packages)
      await linkTo(target, place, path.join("..", path.basename(packages), place));
    for (const [place, folder] of lock.links) await linkTo(target, place, folder);
  });
}

/** Node finds a package beside the sources, and the package's own beside the package, where the link leads. */
async function linkTo(target: string, place: string, to: string): Promise<void> {
  const file = path.join(target, place);
  await mkdir(path.dirname(file), { recursive: true });
  await symlink(path.join(path.relative(path.dirname(file), target), to), file);
}

async function tree(
  part: { readonly name: string; readonly version: string; readonly hash: string },
  context: ProviderContext,
  fill: (target: string) => Promise<void>,
): Promise<string> {
  const { cacheFolder, signal } = context.options;
  const parts = { engine: context.requirement.name, parts: [part], shims: [] };
  const folder = treeFolder(cacheFolder, parts);
  if (await isTreeWhole(folder)) return folder;
  context.progress("unpack", part.name);
  await buildTree(folder, { ...parts, files: [] }, fill, signal);
  return folder;
}
