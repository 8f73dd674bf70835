import path from "node:path";
import { DevStackError } from "../shared/errors.ts";
import { eventually } from "../shared/eventually.ts";
import { isRunning, type ProcessIdentity } from "../shared/process-identity.ts";
import { askDaemon } from "../supervisor/control-client.ts";
import { sendSignal } from "../supervisor/end-process.ts";
import { controlSocket } from "../supervisor/control-protocol.ts";
import { ProcessLedger } from "../supervisor/process-ledger.ts";
import { reapLeftovers } from "../supervisor/reap-leftovers.ts";
import type { UnitEvent } from "../supervisor/unit.ts";
import { runningDaemon } from "./running-daemon.ts";
import type { Stack } from "./stack.ts";

export interface DownOptions {
  readonly onEvent?: (event: UnitEvent) => void;
  readonly force?: boolean;
  /** How long a daemon may take that is to end at once; then it is killed. */
  readonly forcedWithinMs?: number;
}

/** Whether there was anything to stop. */
export type DownOutcome = "stopped" | "leftovers ended" | "was not running";

/** Stops everything and keeps all data. Resolves once no process of the stack is there and no port is taken. */
export async function down(stack: Stack, options: DownOptions = {}): Promise<DownOutcome> {
  const daemon = await runningDaemon(stack);
  if (daemon && (await isStoppedBy(daemon, stack, options))) return "stopped";
  const reaped = await reapLeftovers(
    new ProcessLedger(path.join(stack.folders.run, "processes")),
    options.force ? { force: AbortSignal.abort() } : {},
  );
  return reaped.length > 0 ? "leftovers ended" : "was not running";
}

/** Whether the daemon has stopped everything; false when it ended before, and may have left something. */
async function isStoppedBy(
  daemon: ProcessIdentity,
  { folders }: Stack,
  { force = false, forcedWithinMs = 15_000, onEvent }: DownOptions,
): Promise<boolean> {
  sendSignal(daemon, "SIGCONT"); // one that is suspended would not hear the question
  const late = force ? AbortSignal.timeout(forcedWithinMs) : undefined;
  const asked = askDaemon(
    controlSocket(folders.run),
    "stop",
    { force },
    { ...(onEvent ? { onEvent } : {}), ...(late ? { signal: late } : {}) },
  );
  const stopped = await asked.catch((error: unknown) => {
    if (error instanceof DevStackError && error.code === "DS_DAEMON_ENDED") return undefined;
    if (late?.aborted) return sendSignal(daemon, "SIGKILL");
    throw error;
  });
  await eventually(
    async () => {
      if (isRunning(daemon)) throw new Error(`the daemon (pid ${daemon.pid}) still runs`);
    },
    { deadlineMs: 10_000, intervalMs: 5 },
  );
  return stopped !== undefined;
}
