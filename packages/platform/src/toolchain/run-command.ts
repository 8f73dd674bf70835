import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

export interface CommandOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  /** Called with each line that the program writes to descriptor 3. */
  readonly onStatus?: (line: string) => void;
}

export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Rejects when it can't be started, ends with another code than 0, or the signal aborts. */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandOutput> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const ended = new Promise<string | undefined>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (signal !== null) resolve(`killed by ${signal}`);
      else resolve(code === 0 ? undefined : `exit code ${code}`);
    });
  });
  const status = createInterface({ input: child.stdio[3] as Readable });
  status.on("line", (line) => options.onStatus?.(line));
  const [failure, stdout, stderr] = await Promise.all([
    ended,
    text(child.stdio[1] as Readable),
    text(child.stdio[2] as Readable),
  ]);
  if (failure !== undefined) {
    const said = complaint(`${stdout}\n${stderr}`);
    throw new Error(`${path.basename(program)}: ${failure}${said === "" ? "" : `: ${said}`}`);
  }
  return { stdout, stderr };
}

/** What a failed program says, in one line: its last errors, without the noise before them. */
function complaint(output: string): string {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const errors = lines.filter((line) =>
    /^(E|ERROR|error)[: ]| : (Depends|Breaks): |^Could not fetch URL/.test(line),
  );
  return (errors.length > 0 ? errors : lines).slice(-3).join("; ").slice(0, 600);
}

const kept =
  /^(PATH|HOME|TMPDIR|XDG_CONFIG_HOME|(http|https|ftp|all|no)_proxy|SSL_CERT_(FILE|DIR)|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS|(PIP|NPM_CONFIG)_.*)$/i;

/** What tools of the machine need to know of the caller's environment: paths, proxies, certificates. */
export function toolEnvironment(): Record<string, string> {
  const env: Record<string, string> = { LC_ALL: "C.UTF-8" };
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && kept.test(name)) env[name] = value;
  }
  // An ordinary user's PATH may lack the folders in which dpkg looks for its helpers.
  env["PATH"] = `${env["PATH"] ?? "/usr/bin:/bin"}:/usr/sbin:/sbin`;
  return env;
}
