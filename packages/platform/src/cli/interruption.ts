import { DevStackError, exitCodes } from "../shared/errors.ts";
import type { Invocation } from "./command.ts";

/** What ends within this time says nothing of it. */
const unsaidMs = 300;

/**
 * The first Ctrl-C (or SIGTERM) aborts, and the command ends in its own good order. The second does what the command said
 * that force is, and ends the process; where it said nothing, and with the third, the process ends at once.
 */
export function listenForInterruption(
  say: (text: string) => void,
): Pick<Invocation, "interrupted" | "onForce"> {
  const controller = new AbortController();
  let force: (() => Promise<unknown>) | undefined;
  const leave = (): never => process.exit(exitCodes.interrupted);
  const heard = (): void => {
    if (!controller.signal.aborted) {
      setTimeout(() => say("stopping; once more to end at once"), unsaidMs).unref();
      controller.abort(new DevStackError("DS_INTERRUPTED", exitCodes.interrupted, "interrupted"));
      return;
    }
    if (!force) leave();
    say("killing what still runs; once more to leave at once");
    const forcing = force;
    force = undefined;
    void forcing?.().then(leave, leave);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, heard);
  return { interrupted: controller.signal, onForce: (handler) => (force = handler) };
}
