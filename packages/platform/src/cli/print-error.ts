import { DevStackError, type ExitCode, exitCodes, messageOf } from "../shared/errors.ts";
import type { Terminal } from "./terminal.ts";

/** Prints what happened, why, and what to type next; gives the exit code. */
export function printError(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  const told = error instanceof DevStackError ? error : unexpected(error);
  if (json) terminal.result(JSON.stringify({ error: told.toJSON() }));
  else for (const line of errorLines(told)) terminal.progress(line);
  if (told !== error && process.env["DEVSTACK_DEBUG"] && error instanceof Error)
    terminal.progress(error.stack ?? "");
  return told.exit;
}

function unexpected(error: unknown): DevStackError {
  return new DevStackError("DS_INTERNAL", exitCodes.failed, messageOf(error), {
    hint: "this is a fault in DevStack; DEVSTACK_DEBUG=1 shows where",
  });
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
