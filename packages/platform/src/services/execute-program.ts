import { spawn } from "node:child_process";
import { messageOf } from "../shared/errors.ts";
import type { Owner } from "../shared/files.ts";
import type { EngineInstallation } from "../toolchain/engine.ts";
import type { Execution } from "./definition.ts";
import { engineEnvironment, programOf } from "./engine-process.ts";
import { serviceErrors } from "./errors.ts";

export interface ExecutionPlace {
  readonly engine: EngineInstallation;
  readonly account: Owner | undefined;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

const keptBytes = 64 * 1024;

/** Runs a program of the engine to its end; gives what it printed, rejects with its last words unless it exits 0. */
export async function executeProgram(execution: Execution, place: ExecutionPlace): Promise<string> {
  const program = programOf(place.engine, execution.program);
  const child = spawn(program, execution.args, {
    cwd: place.cwd,
    env: { ...engineEnvironment(place.engine, place.cwd), ...execution.env },
    stdio: ["pipe", "pipe", "pipe"],
    signal: place.signal,
    killSignal: "SIGKILL",
    ...place.account,
  });
  let output = "";
  let words = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr
    .setEncoding("utf8")
    .on("data", (text: string) => (words = (words + text).slice(-keptBytes)));
  child.stdin.on("error", () => undefined); // it ended without reading all: its exit code tells
  child.stdin.end(execution.input ?? "");
  const ended = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(messageOf(error)));
    child.once("close", (code, signal) =>
      resolve(code === 0 ? undefined : signal ? `ended by ${signal}` : `exit code ${code}`),
    );
  });
  if (ended === undefined) return output;
  const said = (words.trim() || output.trim()).split("\n").slice(-8).join("\n  ");
  throw serviceErrors.DS_PROGRAM_FAILED(
    `${execution.program}: ${ended}${said === "" ? "" : `:\n  ${said}`}`,
    {
      details: { program },
    },
  );
}
