import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  ensureFolder,
  readFileIfPresent,
  sizeOfTree,
  syncTree,
  writeFileAtomically,
} from "../shared/files.ts";
import type { Shim } from "./engine.ts";
import { settlePermissions } from "./settle-permissions.ts";

/** Changes whenever the same parts would make another tree. */
const recipe = 1;

export interface TreePart {
  readonly name: string;
  readonly version: string;
  /** Whatever its source vouches for it with. */
  readonly hash: string;
}

/** What a tree is made of, and thereby what it is called. */
export interface TreeParts {
  readonly engine: string;
  /** Every package, wheel and archive in it. */
  readonly parts: readonly TreePart[];
  readonly shims: readonly Shim[];
}

/** `<cache>/engines/<engine>-<key>`: the same parts give the same folder, other parts another. */
export function treeFolder(cacheFolder: string, { engine, parts, shims }: TreeParts): string {
  const listed = parts.map(({ name, version, hash }) => [name, version, hash]);
  const key = createHash("sha256")
    .update(JSON.stringify([recipe, listed, shims]))
    .digest("hex");
  return path.join(cacheFolder, "engines", `${engine}-${key.slice(0, 16)}`);
}

const manifestName = "devstack-tree.json";

/** What lies in a tree's own folder and tells what it is. */
export interface TreeManifest extends TreeParts {
  readonly recipe: number;
  /** Names in the folder of packages that it was unpacked from. */
  readonly files: readonly string[];
  /** Of all files but this one. */
  readonly sizeBytes: number;
}

/** The tree's manifest; undefined where there is none that can be read. */
export async function readManifest(folder: string): Promise<TreeManifest | undefined> {
  try {
    const text = await readFileIfPresent(path.join(folder, manifestName));
    return text === undefined ? undefined : (JSON.parse(text) as TreeManifest);
  } catch {
    return undefined; // half a file, or a folder in its place
  }
}

/**
 * A tree gets its name and its manifest when it is complete; one that has become smaller since has lost something.
 * (It may grow: Python keeps what it compiled.)
 */
export async function isTreeWhole(folder: string): Promise<boolean> {
  const manifest = await readManifest(folder);
  if (!manifest) return false;
  const own = (await stat(path.join(folder, manifestName))).size;
  return (await sizeOfTree(folder)) - own >= manifest.sizeBytes;
}

/**
 * Makes a tree beside its place and renames it there once all of it is on the disk. Whoever calls it holds the engine's
 * lock, so what lies half-made beside it was left by a run that was killed.
 */
export async function buildTree(
  folder: string,
  contents: TreeParts & Pick<TreeManifest, "files">,
  fill: (temporary: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  await removeLeftovers(path.dirname(folder), contents.engine);
  const temporary = `${folder}.${randomBytes(6).toString("hex")}.partial`;
  try {
    await layOut(temporary);
    await fill(temporary);
    for (const shim of contents.shims) await writeShim(temporary, shim);
    const sizeBytes = await settlePermissions(temporary);
    signal?.throwIfAborted();
    const manifest: TreeManifest = { recipe, ...contents, sizeBytes };
    const text = JSON.stringify(manifest, undefined, 2);
    await writeFileAtomically(path.join(temporary, manifestName), text, { mode: 0o644 });
    await syncTree(temporary);
    await rm(folder, { recursive: true, force: true }); // there without its manifest: none of ours
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** The engine whose tree is called so, and whether it is one that is being made; undefined for other names. */
export function parseTreeName(
  name: string,
): { readonly engine: string; readonly isPartial: boolean } | undefined {
  const [, engine, partial] = /^(.+)-[0-9a-f]{16}(\.[0-9a-f]{12}\.partial)?$/.exec(name) ?? [];
  return engine === undefined ? undefined : { engine, isPartial: partial !== undefined };
}

async function removeLeftovers(folder: string, engine: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const tree = parseTreeName(name);
    if (tree?.engine !== engine || !tree.isPartial) continue;
    // A tar whose starter was killed may still put something into it.
    await rm(path.join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

/** As distributions have it: what packages still put into /lib or /bin lies in usr. */
async function layOut(folder: string): Promise<void> {
  await ensureFolder(folder, { mode: 0o755 });
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    await mkdir(path.join(folder, "usr", name), { recursive: true });
    await symlink(`usr/${name}`, path.join(folder, name));
  }
}

async function writeShim(folder: string, shim: Shim): Promise<void> {
  const file = path.join(folder, shim.path);
  await mkdir(path.dirname(file), { recursive: true });
  await rm(file, { force: true }); // what was there may be a link to something that is still wanted
  await writeFile(file, shim.content, { mode: 0o755 });
}
