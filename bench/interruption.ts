import { constants } from "node:os";

/**
 * For a measurement to end quietly at Ctrl-C or SIGTERM: the signal aborts, and throws wherever it is looked at; what was
 * started is ended on the way out, and the exit code says which it was. A second one ends the process at once.
 */
export function listenForInterruption(): AbortSignal {
  const controller = new AbortController();
  let exit = 1;
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => {
      exit = 128 + constants.signals[name];
      controller.abort(new Error("interrupted"));
    });
  process.once("uncaughtException", (error) => {
    if (!controller.signal.aborted) process.stderr.write(`${error.stack}\n`);
    process.exit(exit);
  });
  return controller.signal;
}
