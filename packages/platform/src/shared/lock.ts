import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { errnoOf } from "./errors.ts";
import { identify, isRunning, type ProcessIdentity } from "./process-identity.ts";

export interface LockOptions {
  /** Called once, with the holder, when the lock is held by another process. */
  readonly onWait?: (holder: ProcessIdentity) => void;
  readonly signal?: AbortSignal;
}

/**
 * A lock between processes: a file that names its holder by pid and start time, made by link(2), which fails when
 * the name is taken. A lock whose holder is gone is nobody's. Waits without end unless the signal aborts.
 */
export async function acquireLock(
  file: string,
  options: LockOptions = {},
): Promise<AsyncDisposable> {
  await mkdir(path.dirname(file), { recursive: true });
  const own = identify(process.pid);
  if (!own) throw new Error("this process can't find its own start time");
  const candidate = `${file}.${randomBytes(6).toString("hex")}`;
  const content = JSON.stringify({ ...own, token: path.basename(candidate) });
  await writeFile(candidate, content, { mode: 0o600, flag: "wx" });
  try {
    let waited = false;
    while (!(await tryLink(candidate, file))) {
      const holder = await holderOf(file);
      if (holder === "gone") {
        await removeStale(file);
        continue;
      }
      if (!waited && holder) options.onWait?.(holder);
      waited = true;
      await delay(50, undefined, { signal: options.signal });
    }
  } finally {
    await rm(candidate, { force: true });
  }
  return {
    async [Symbol.asyncDispose]() {
      if ((await readFile(file, "utf8").catch(() => "")) === content)
        await rm(file, { force: true });
    },
  };
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** The process that holds the lock now; undefined where none does. */
export async function lockHolder(file: string): Promise<ProcessIdentity | undefined> {
  const holder = await holderOf(file);
  return holder === "gone" ? undefined : holder;
}

/** The holder; "gone" when it no longer runs; undefined when the lock was let go meanwhile. */
async function holderOf(file: string): Promise<ProcessIdentity | "gone" | undefined> {
  try {
    const holder = JSON.parse(await readFile(file, "utf8")) as ProcessIdentity;
    return isRunning(holder) ? holder : "gone";
  } catch (error) {
    return errnoOf(error) === "ENOENT" ? undefined : "gone";
  }
}

/**
 * Takes a stale lock away. Between the look and the removal another process may have done the same and locked anew,
 * so the file is moved aside, looked at again, and put back if it turns out to be alive.
 */
async function removeStale(file: string): Promise<void> {
  const aside = `${file}.${randomBytes(6).toString("hex")}.stale`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw error;
  }
  if ((await holderOf(aside)) !== "gone") await tryLink(aside, file);
  await rm(aside, { force: true });
}
