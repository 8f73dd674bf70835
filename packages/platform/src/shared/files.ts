import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  access,
  chmod,
  chown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { errnoOf } from "./errors.ts";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface WriteOptions {
  /** Permission bits; 0o600 unless said. */
  readonly mode?: number;
  readonly owner?: Owner | undefined;
}

/**
 * Writes the whole file or nothing: a temporary file beside it, synced, renamed over it, the folder synced. The
 * permission bits and the owner are right before the name appears.
 */
export async function writeFileAtomically(
  file: string,
  content: string | Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  const handle = await open(temporary, "wx", 0o600);
  try {
    await handle.writeFile(content);
    if (options.owner) await handle.chown(options.owner.uid, options.owner.gid);
    await handle.chmod(options.mode ?? 0o600);
    await handle.sync();
    await handle.close();
    await rename(temporary, file);
  } catch (error) {
    await handle.close().catch(() => undefined); // already closed when the rename failed
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/** Writes the file, unless it is there with this very content, these permission bits and this owner. */
export async function keepFile(
  file: string,
  content: string,
  options: WriteOptions = {},
): Promise<void> {
  const { mode = 0o600, owner } = options;
  if ((await readFileIfPresent(file)) === content) {
    const found = await lstat(file);
    const isOwned = !owner || (found.uid === owner.uid && found.gid === owner.gid);
    if (found.isFile() && isOwned && (found.mode & 0o7777) === mode) return;
  }
  await writeFileAtomically(file, content, options);
}

/** Makes what was named in the folder (by a creation or a rename) last. */
export async function syncFolder(folder: string): Promise<void> {
  return syncEntry(folder);
}

async function syncEntry(entry: string): Promise<void> {
  const handle = await open(entry, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes the folder with these permission bits and this owner, also where it stood with others. Parents that are
 * missing get the same bits; those that are there stay as they are.
 */
export async function ensureFolder(
  folder: string,
  options: { readonly mode: number; readonly owner?: Owner | undefined },
): Promise<void> {
  for (const made of await makeFolders(folder, options.mode)) await chmod(made, options.mode); // the process's umask may have taken bits away
  if (options.owner) await chown(folder, options.owner.uid, options.owner.gid);
  await chmod(folder, options.mode);
}

/** Gives those that it made. Not by mkdir's own recursion: that never ends where the system lets none be made, as in /proc. */
async function makeFolders(folder: string, mode: number): Promise<readonly string[]> {
  const isMade = await makeFolder(folder, mode);
  if (isMade !== undefined) return isMade ? [folder] : [];
  const parents = await makeFolders(path.dirname(folder), mode);
  if ((await makeFolder(folder, mode)) === undefined) await mkdir(folder); // it says why not
  return [...parents, folder];
}

/** Whether it was made, or there; undefined where the way to it is missing. */
async function makeFolder(folder: string, mode: number): Promise<boolean | undefined> {
  try {
    await mkdir(folder, mode);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST" && (await stat(folder)).isDirectory()) return false;
    if (errnoOf(error) === "ENOENT" && folder !== path.dirname(folder)) return undefined;
    throw error;
  }
}

/** The file's text, or undefined when there is no such file. */
export async function readFileIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** With more files than this, one call for their whole file system is faster, though it waits for others' writes too. */
const syncedOneByOne = 64;

/** Makes everything below the folder last, and the folder itself. */
export async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  if (entries.length > syncedOneByOne) {
    await promisify(execFile)("sync", process.platform === "linux" ? ["-f", folder] : []);
    return;
  }
  await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isFile() && !entry.isDirectory()) return;
      try {
        await syncEntry(path.join(entry.parentPath, entry.name));
      } catch (error) {
        if (errnoOf(error) !== "ENOENT") throw error; // somebody still works there, and has removed it
      }
    }),
  );
  await syncEntry(folder);
}

/** The size of all files below the folder, in bytes. */
export async function sizeOfTree(folder: string): Promise<number> {
  let sizeBytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    sizeBytes += (await lstat(path.join(entry.parentPath, entry.name))).size;
  }
  return sizeBytes;
}

export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
