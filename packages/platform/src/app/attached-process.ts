import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { messageOf } from "../shared/errors.ts";
import { appErrors } from "./errors.ts";

export interface AttachedProcess {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs a program on the caller's own terminal, in the caller's folder, and hands signals on to it. Gives its exit
 * code, 128 and the signal's number when a signal ended it, as shells do.
 * @throws DS_PROGRAM_NOT_STARTED
 */
export async function runAttached({ program, args, env }: AttachedProcess): Promise<number> {
  // Listened to before the program is there: it may be heard, and a signal for it sent, before `spawn` has returned.
  let child: ChildProcess | undefined;
  const early: NodeJS.Signals[] = [];
  const handOn = (signal: NodeJS.Signals): void => {
    // A terminal sends these to everybody on it: the program has it already.
    const fromTerminal = process.stdin.isTTY && (signal === "SIGINT" || signal === "SIGQUIT");
    if (fromTerminal) return;
    if (child) child.kill(signal);
    else early.push(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
  for (const signal of signals) process.on(signal, handOn);
  try {
    const started = spawn(program, args, { env, stdio: "inherit" });
    child = started;
    for (const signal of early) started.kill(signal);
    return await new Promise<number>((resolve, reject) => {
      started.once("error", reject);
      started.once("exit", (code, signal) =>
        resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)),
      );
    });
  } catch (error) {
    throw appErrors.DS_PROGRAM_NOT_STARTED(`${program} can't be started: ${messageOf(error)}`, {
      hint: "name a program that is on PATH, or its whole path",
      details: { program },
      cause: error,
    });
  } finally {
    for (const signal of signals) process.off(signal, handOn);
  }
}
