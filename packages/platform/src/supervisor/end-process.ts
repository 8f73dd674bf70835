import { setTimeout as delay } from "node:timers/promises";
import { isRunning, type ProcessIdentity } from "../shared/process-identity.ts";
import type { StopSpec } from "./process-spec.ts";
import { processTree } from "./process-tree.ts";

/** How long children may take to follow their main process before they are killed. */
const followMs = 2000;
const killedMs = 5000;

/**
 * Ends a process and everything that belongs to it: the engine's own signal (again and again where it may be
 * refused), then SIGKILL to the whole tree. Gives what is left, which is nothing unless the system can't kill it.
 */
export async function endProcess(
  process: { readonly identity: ProcessIdentity; readonly marker: string; readonly stop: StopSpec },
  options: { readonly force?: AbortSignal } = {},
): Promise<readonly ProcessIdentity[]> {
  const { identity, marker, stop } = process;
  // Looked up before the end: descent can't be seen any more once the parent is gone.
  let tree = await processTree([identity], marker);
  if (isRunning(identity)) {
    sendSignal(identity, stop.signal);
    sendSignal(identity, "SIGCONT"); // a suspended process would hear the signal only after its grace
    const repeat =
      stop.repeatMs === undefined
        ? undefined
        : setInterval(() => sendSignal(identity, stop.signal), stop.repeatMs);
    await gone([identity], stop.graceMs, options.force);
    clearInterval(repeat);
  }
  tree = merge(tree, await processTree([identity], marker));
  if (!tree.some(isRunning)) return []; // and so there is nobody who could start another one
  if (!isRunning(identity)) await gone(tree, options.force?.aborted ? 0 : followMs, options.force);
  const left = merge(tree, await processTree([identity], marker)).filter(isRunning);
  for (const one of left) sendSignal(one, "SIGKILL");
  await gone(left, killedMs);
  return left.filter(isRunning);
}

function merge(
  first: readonly ProcessIdentity[],
  second: readonly ProcessIdentity[],
): readonly ProcessIdentity[] {
  return [...new Map([...first, ...second].map((one) => [one.pid, one])).values()];
}

/** Waits until none of them runs, at most this long; ends early when `force` aborts. */
async function gone(
  processes: readonly ProcessIdentity[],
  deadlineMs: number,
  force?: AbortSignal,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (processes.some(isRunning) && performance.now() < end && !force?.aborted) await delay(5);
}

export function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
