import { spawn } from "node:child_process";
import path from "node:path";

export interface CommandResult {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const launcher = path.resolve(import.meta.dirname, "..", "..", "..", "devstack");

/** `./devstack` as a user types it, from this folder. */
export async function devstack(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return runCommand(launcher, args, { cwd, env: { ...process.env, ...env } });
}

export async function runCommand(
  program: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly input?: string;
    readonly uid?: number;
    readonly gid?: number;
  } = {},
): Promise<CommandResult> {
  const { input, ...spawning } = options;
  const child = spawn(program, args, { ...spawning, stdio: ["pipe", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined); // it ended without reading: its exit code tells
  child.stdin.end(input ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exit) => resolve({ exit, stdout, stderr }));
  });
}
