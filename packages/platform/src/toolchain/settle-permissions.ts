import { chmod, lstat, readdir } from "node:fs/promises";
import path from "node:path";

/**
 * Makes everything below a folder readable to all and writable to its owner alone (755 and 644), with no setuid bit,
 * because engines run as another user than the one who unpacked them.
 * @returns the size of all files, in bytes
 */
export async function settlePermissions(folder: string): Promise<number> {
  let sizeBytes = 0;
  const { mode: own } = await lstat(folder);
  if ((own & 0o7777) !== 0o755) await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) sizeBytes += await settlePermissions(file);
    if (!entry.isFile()) continue;
    const { mode, size } = await lstat(file);
    const wanted = (mode & 0o111) === 0 ? 0o644 : 0o755;
    if ((mode & 0o7777) !== wanted) await chmod(file, wanted);
    sizeBytes += size;
  }
  return sizeBytes;
}
