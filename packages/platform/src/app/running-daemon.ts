import path from "node:path";
import type { StackFolders } from "../config/folders.ts";
import { readFileIfPresent } from "../shared/files.ts";
import { isRunning, type ProcessIdentity } from "../shared/process-identity.ts";

export function daemonFile({ folders }: { readonly folders: StackFolders }): string {
  return path.join(folders.run, "daemon.json");
}

/** The stack's daemon, if one runs. */
export async function runningDaemon(stack: {
  readonly folders: StackFolders;
}): Promise<ProcessIdentity | undefined> {
  const text = await readFileIfPresent(daemonFile(stack));
  if (text === undefined) return undefined;
  const identity = JSON.parse(text) as ProcessIdentity;
  return isRunning(identity) ? identity : undefined;
}
