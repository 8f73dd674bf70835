import { rm } from "node:fs/promises";
import path from "node:path";
import { exists } from "../shared/files.ts";
import { acquireLock } from "../shared/lock.ts";
import { down, type DownOptions } from "./down.ts";
import type { Stack } from "./stack.ts";

/** What there is of a stack on this disk; nothing else belongs to it alone. */
export async function foldersOf(stack: Stack): Promise<readonly string[]> {
  const folders = [stack.folders.state, stack.folders.config];
  const there = await Promise.all(folders.map(exists));
  return folders.filter((_, index) => there[index]);
}

/** Stops the stack, then removes its data, logs and keys for good. Engines in the cache stay. Gives what it removed. */
export async function destroy(stack: Stack, options: DownOptions = {}): Promise<readonly string[]> {
  const folders = await foldersOf(stack);
  if (folders.length === 0) return folders;
  // Nobody starts a daemon meanwhile; the lock goes with the folder that it lies in.
  await using _lock = await acquireLock(path.join(stack.folders.run, "start.lock"));
  await down(stack, options);
  for (const folder of [stack.folders.state, stack.folders.config])
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  return folders;
}
