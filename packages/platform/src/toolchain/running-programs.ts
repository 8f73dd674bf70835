import { readdir, readlink } from "node:fs/promises";
import { runningCommands } from "../shared/running-commands.ts";

/** The programs of all running processes that this user may see, by their paths. */
export async function programsRunning(): Promise<readonly string[]> {
  if (process.platform !== "linux") return runningCommands();
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const links = pids.map(async (pid) => readlink(`/proc/${pid}/exe`).catch(() => "")); // another user's, or ended
  return Promise.all(links);
}
