import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { get } from "node:http";
import { eventually } from "../../packages/platform/src/shared/eventually.ts";

export interface ServerSpec {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where it answers `/health/`; told in the arguments or the environment as well. */
  readonly port: number;
  /** Where what it prints goes: a file, as in a stack. */
  readonly logFile: string;
  /** Written to its standard input: what is secret. */
  readonly input?: string;
}

const deadlineMs = 60_000;
const graceMs = 15_000;

/** A server in a process of its own, ended when disposed of. */
export class ServerProcess implements AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** Milliseconds from its start to its first answer. */
  readonly startMs: number;
  readonly #child: ChildProcess;

  private constructor({ name, port }: ServerSpec, child: ChildProcess, startMs: number) {
    this.name = name;
    this.port = port;
    this.pid = child.pid ?? 0;
    this.startMs = startMs;
    this.#child = child;
  }

  /** Resolves once `/health/` is answered with 200; rejects with what it printed when it ends or never answers. */
  static async start(spec: ServerSpec): Promise<ServerProcess> {
    await using log = await open(spec.logFile, "a", 0o600);
    const startedAt = performance.now();
    const child = spawn(spec.program, spec.args, {
      env: spec.env,
      stdio: ["pipe", log.fd, log.fd],
    });
    child.stdin?.on("error", () => undefined); // one that ended is told of below
    child.stdin?.end(spec.input ?? "");
    const ended = new AbortController();
    child.once("error", (error) => ended.abort(error));
    child.once("exit", (code) => ended.abort(new Error(`exit code ${code}`)));
    try {
      const { signal } = ended;
      await eventually(async () => answersHealth(spec.port), { deadlineMs, intervalMs: 2, signal });
    } catch (cause) {
      child.kill("SIGKILL");
      const said = (await readFile(spec.logFile, "utf8")).trimEnd().split("\n").slice(-12);
      throw new Error(`${spec.name} did not start:\n${said.join("\n")}`, { cause });
    }
    return new ServerProcess(spec, child, performance.now() - startedAt);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), graceMs);
    await exited;
    clearTimeout(timer);
  }
}

async function answersHealth(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const at = { host: "127.0.0.1", port, path: "/health/", agent: false, timeout: 2000 } as const;
    const request = get(at, (response) => {
      response.resume();
      if (response.statusCode === 200) response.once("end", resolve);
      else reject(new Error(`/health/ answers ${response.statusCode}`));
    });
    request.once("timeout", () => request.destroy(new Error("/health/ does not answer")));
    request.once("error", reject);
  });
}
