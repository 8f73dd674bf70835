import { DevStackError, type ExitCode, toDevStackError } from "../shared/errors.ts";
import type { Terminal } from "./terminal.ts";

/** Prints what happened, why, and what to type next; gives the exit code. */
export function printError(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  const foreseen = toDevStackError(error);
  const isFault = foreseen !== error && foreseen.code === "DS_INTERNAL";
  const told = isFault ? withHint(foreseen) : foreseen;
  if (json) terminal.result(JSON.stringify({ error: told.toJSON() }));
  else for (const line of errorLines(told)) terminal.progress(line);
  if (isFault && process.env["DEVSTACK_DEBUG"] && error instanceof Error)
    terminal.progress(error.stack ?? "");
  return told.exit;
}

function withHint({ code, exit, message, cause }: DevStackError): DevStackError {
  const hint = "this is a fault in DevStack; DEVSTACK_DEBUG=1 shows where";
  return new DevStackError(code, exit, message, { hint, cause });
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
