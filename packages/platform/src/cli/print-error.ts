import { DevStackError, type ExitCode, exitCodes, messageOf } from "../shared/errors.ts";
import type { Terminal } from "./terminal.ts";

/** Prints what happened, why, and what to type next; gives the exit code. */
export function printError(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  if (!(error instanceof DevStackError)) {
    terminal.progress(`error DS_INTERNAL: ${messageOf(error)}`);
    if (process.env["DEVSTACK_DEBUG"] && error instanceof Error)
      terminal.progress(error.stack ?? "");
    else terminal.progress("  hint: this is a fault in DevStack; DEVSTACK_DEBUG=1 shows where");
    return exitCodes.failed;
  }
  if (json) terminal.result(JSON.stringify({ error: error.toJSON() }));
  else for (const line of errorLines(error)) terminal.progress(line);
  return error.exit;
}

export function errorLines(error: {
  code: string;
  message: string;
  hint?: string | undefined;
}): readonly string[] {
  return [
    `error ${error.code}: ${error.message}`,
    ...(error.hint === undefined ? [] : [`  hint: ${error.hint}`]),
  ];
}
