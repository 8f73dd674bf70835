import path from "node:path";
import { exists } from "../../shared/files.ts";
import { ProcessLedger } from "../../supervisor/process-ledger.ts";
import { processTree } from "../../supervisor/process-tree.ts";
import { runningDaemon } from "../running-daemon.ts";
import type { Stack } from "../stack.ts";

export interface StackProcess {
  readonly pid: number;
  /** The instance that it belongs to, or "daemon". */
  readonly name: string;
}

/** Every running process of the stack, found by what is written down of it; its daemon first. */
export async function stackProcesses(stack: Stack): Promise<readonly StackProcess[]> {
  const daemon = await runningDaemon(stack);
  const folder = path.join(stack.folders.run, "processes");
  const entries = (await exists(folder)) ? await new ProcessLedger(folder).entries() : [];
  const trees = entries.map(async ({ name, marker, pid, startTime }) => {
    const tree = await processTree([{ pid, startTime }], marker);
    return tree.map((one) => ({ pid: one.pid, name }));
  });
  return [
    ...(daemon ? [{ pid: daemon.pid, name: "daemon" }] : []),
    ...(await Promise.all(trees)).flat(),
  ];
}
