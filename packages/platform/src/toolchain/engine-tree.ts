import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { ensureFolder, readFileIfPresent, writeFileAtomically } from "../shared/files.ts";
import type { Shim } from "./engine.ts";
import { runCommand, toolEnvironment } from "./run-command.ts";
import { settlePermissions } from "./settle-permissions.ts";

/** Changes whenever the same parts would make another tree. */
const recipe = 1;

/** What a tree is made of, and thereby what it is called. */
export interface TreeParts {
  readonly engine: string;
  /** Every package and wheel in it. */
  readonly parts: readonly {
    readonly name: string;
    readonly version: string;
    readonly sha256: string;
  }[];
  readonly shims: readonly Shim[];
}

/** `<cache>/engines/<engine>-<key>`: the same parts give the same folder, other parts another. */
export function treeFolder(cacheFolder: string, { engine, parts, shims }: TreeParts): string {
  const listed = parts.map(({ name, version, sha256 }) => [name, version, sha256]);
  const key = createHash("sha256")
    .update(JSON.stringify([recipe, listed, shims]))
    .digest("hex");
  return path.join(cacheFolder, "engines", `${engine}-${key.slice(0, 16)}`);
}

const manifestName = "devstack-tree.json";

/** A tree gets its name when it is complete, so one that has its manifest is whole. */
export async function isTreeComplete(folder: string): Promise<boolean> {
  return (await readFileIfPresent(path.join(folder, manifestName))) !== undefined;
}

/**
 * Makes a tree beside its place and renames it there once all of it is on the disk. Whoever calls it holds the engine's
 * lock, so what lies half-made beside it was left by a run that was killed.
 */
export async function buildTree(
  folder: string,
  contents: TreeParts,
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
    const manifest = JSON.stringify({ recipe, ...contents, sizeBytes }, undefined, 2);
    await writeFileAtomically(path.join(temporary, manifestName), manifest, { mode: 0o644 });
    await runCommand("sync", ["-f", temporary], { env: toolEnvironment(), signal });
    await rm(folder, { recursive: true, force: true }); // there without its manifest: none of ours
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function removeLeftovers(folder: string, engine: string): Promise<void> {
  const begin = `${engine}-`;
  const ours = /^[0-9a-f]{16}\.[0-9a-f]{12}\.partial$/;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(begin) || !ours.test(name.slice(begin.length))) continue;
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
