import path from "node:path";
import { eventually } from "../shared/eventually.ts";
import { isRunning } from "../shared/process-identity.ts";
import { askDaemon } from "../supervisor/control-client.ts";
import { controlSocket } from "../supervisor/control-protocol.ts";
import { ProcessLedger } from "../supervisor/process-ledger.ts";
import { reapLeftovers } from "../supervisor/reap-leftovers.ts";
import type { UnitEvent } from "../supervisor/unit.ts";
import { runningDaemon } from "./running-daemon.ts";
import type { Stack } from "./stack.ts";

export interface DownOptions {
  readonly onEvent?: (event: UnitEvent) => void;
  readonly force?: boolean;
}

/** Whether there was anything to stop. */
export type DownOutcome = "stopped" | "leftovers ended" | "was not running";

/** Stops everything and keeps all data. Resolves once no process of the stack is there and no port is taken. */
export async function down(stack: Stack, options: DownOptions = {}): Promise<DownOutcome> {
  const daemon = await runningDaemon(stack);
  if (daemon) {
    await askDaemon(
      controlSocket(stack.folders.run),
      "stop",
      { force: options.force ?? false },
      options.onEvent ? { onEvent: options.onEvent } : {},
    );
    await eventually(
      async () => {
        if (isRunning(daemon)) throw new Error(`the daemon (pid ${daemon.pid}) still runs`);
      },
      { deadlineMs: 10_000, intervalMs: 5 },
    );
    return "stopped";
  }
  const reaped = await reapLeftovers(
    new ProcessLedger(path.join(stack.folders.run, "processes")),
    options.force ? { force: AbortSignal.abort() } : {},
  );
  return reaped.length > 0 ? "leftovers ended" : "was not running";
}
