import { endProcess } from "./end-process.ts";
import type { LedgerEntry, ProcessLedger } from "./process-ledger.ts";
import { supervisorErrors } from "./errors.ts";

/**
 * Ends what a dead daemon left running, each by its own stop signal, and forgets it; those to keep stay. Gives the names
 * of those that it ended or found dead.
 */
export async function reapLeftovers(
  ledger: ProcessLedger,
  options: {
    readonly keep?: (entry: LedgerEntry) => boolean;
    /** Kills at once when it aborts. */
    readonly force?: AbortSignal;
  } = {},
): Promise<readonly string[]> {
  const { keep = () => false, force } = options;
  const entries = (await ledger.entries()).filter((entry) => !keep(entry));
  const found = await Promise.all(
    entries.map(async (entry) => {
      const { name, marker, stop, pid, startTime } = entry;
      const left = await endProcess(
        { identity: { pid, startTime }, marker, stop },
        force ? { force } : {},
      );
      if (left.length > 0) {
        throw supervisorErrors.DS_STOP_INCOMPLETE(
          `${name} of an earlier run (pid ${left.map((one) => one.pid).join(", ")}) can't be ended`,
        );
      }
      await ledger.forget(name);
      return name;
    }),
  );
  return found;
}
