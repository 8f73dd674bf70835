import { copyFile, cp, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { exists } from "../shared/files.ts";
import { checkout, digestOf, filesOf, isCopied, packagesDigest } from "./checkout-code.ts";
import type { CheckoutSource } from "./engine.ts";
import { buildTree, isTreeWhole, treeFolder } from "./engine-tree.ts";
import type { Finding, Provider, ProviderContext } from "./provider.ts";

/**
 * Node and programs of the checkout. For root's engines they are copied into the cache, which their account can read
 * and can't change: npm's packages once for each lock file, the sources once for each change.
 */
export const checkoutProvider: Provider<CheckoutSource> = {
  title: () => "DevStack's own checkout",
  find: async ({ folders }, context) => {
    if (!isCopied()) return finding(path.dirname(process.execPath), checkout);
    const packages = await copyPackages(context);
    const sources = await copySources(folders, packages, context);
    const own = path.relative(checkout, path.dirname(process.execPath));
    // A Node of the machine's own is there for everybody.
    const node = own.startsWith("node_modules")
      ? path.join(packages, own)
      : path.dirname(process.execPath);
    return finding(node, sources);
  },
};

function finding(folder: string, root: string): Finding {
  return { folders: [folder], root, env: {} };
}

/** The packages that npm installed, but for those that only development needs. */
async function copyPackages(context: ProviderContext): Promise<string> {
  const part = { name: "packages", version: process.version, hash: await packagesDigest() };
  return tree(part, context, async (target) => {
    for (const installed of await installedPackages()) {
      const from = path.join(checkout, installed);
      if (!(await exists(from))) continue; // for another platform
      await cp(from, path.join(target, installed), { recursive: true, verbatimSymlinks: true });
    }
  });
}

async function copySources(
  folders: readonly string[],
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
    await linkPackages(target, path.basename(packages), await workspacesIn(folders));
  });
}

/** Node finds a package beside the sources, and the package's own beside the package, where the link leads. */
async function linkPackages(
  target: string,
  packages: string,
  own: Readonly<Record<string, string>>,
): Promise<void> {
  const modules = path.join(target, "node_modules");
  await mkdir(modules);
  const from = path.join(path.dirname(target), packages, "node_modules");
  for (const name of await readdir(from)) {
    if (name.startsWith("@")) {
      await mkdir(path.join(modules, name));
      for (const scoped of await readdir(path.join(from, name)))
        await symlink(
          path.join("..", "..", "..", packages, "node_modules", name, scoped),
          path.join(modules, name, scoped),
        );
    } else
      await symlink(
        path.join("..", "..", packages, "node_modules", name),
        path.join(modules, name),
      );
  }
  for (const [name, folder] of Object.entries(own)) {
    const link = path.join(target, name);
    await mkdir(path.dirname(link), { recursive: true }); // a scope that only our own packages have
    await symlink(path.relative(path.dirname(link), path.join(target, folder)), link);
  }
}

interface LockEntry {
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly resolved?: string;
}

async function lockEntries(): Promise<readonly (readonly [string, LockEntry])[]> {
  const text = await readFile(path.join(checkout, "package-lock.json"), "utf8");
  const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, LockEntry>> };
  return Object.entries(packages).filter(([place]) => place.startsWith("node_modules/"));
}

/** Paths of packages at the top; those that lie in another one come with it. */
async function installedPackages(): Promise<readonly string[]> {
  return (await lockEntries())
    .filter(([place, { dev, link }]) => !dev && !link && place.lastIndexOf("node_modules/") === 0)
    .map(([place]) => place);
}

/** The checkout's own packages: where npm links them, and the folder that each leads to. */
async function workspacesIn(folders: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const links = (await lockEntries())
    .filter(([, { link }]) => link)
    .map(([place, { resolved = "" }]) => [place, resolved] as const)
    .filter(([, resolved]) => folders.some((each) => `${resolved}/`.startsWith(`${each}/`)));
  return Object.fromEntries(links);
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
