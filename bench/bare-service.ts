import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type {
  Run,
  ServiceDefinition,
  StepContext,
} from "../packages/platform/src/services/definition.ts";
import { executeProgram } from "../packages/platform/src/services/execute-program.ts";
import type { ProcessSpec } from "../packages/platform/src/supervisor/process-spec.ts";

/**
 * A service's engines as a shell script would run them: the rendered configuration, the arguments and the stop signals
 * of the real stack, and no supervisor, no vault, no identities on disk.
 */
export class BareService {
  readonly #definition: ServiceDefinition;
  readonly #runs: readonly Run[];
  #processes: { readonly child: ChildProcess; readonly spec: ProcessSpec }[] = [];

  constructor(definition: ServiceDefinition, runs: readonly Run[]) {
    this.#definition = definition;
    this.#runs = runs;
  }

  /** Milliseconds until an authenticated write and read succeed, on data that is there. */
  async startWarm(): Promise<number> {
    const startedAt = performance.now();
    await this.#start();
    return performance.now() - startedAt;
  }

  /** The same on folders that are empty before, with the engine's own initialisation. */
  async startFirst(): Promise<number> {
    for (const { folders, account } of this.#runs) {
      await rm(folders.data, { recursive: true, force: true });
      await mkdir(folders.data, { mode: 0o700 });
      if (account) await chown(folders.data, account.uid, account.gid);
    }
    const startedAt = performance.now();
    for (const run of this.#runs) {
      const context = this.#context(run);
      await this.#definition.template?.(run)?.(context);
      await this.#definition.createData?.(context);
    }
    await this.#start();
    return performance.now() - startedAt;
  }

  /** Milliseconds until every process is gone, by the engine's own signals. */
  async stop(): Promise<number> {
    const startedAt = performance.now();
    const [companions, mains] = [true, false].map((isCompanion) =>
      this.#processes.filter(({ spec }) => isCompanion === this.#isCompanion(spec)),
    );
    for (const group of [mains ?? [], companions ?? []]) await Promise.all(group.map(end));
    this.#processes = [];
    return performance.now() - startedAt;
  }

  async #start(): Promise<void> {
    const { companions, process: main, accepting, ready, initialise } = this.#definition;
    const signal = AbortSignal.timeout(60_000);
    const [first] = this.#runs;
    if (!first) return;
    await Promise.all(
      this.#runs.map(async (run) => {
        for (const companion of companions?.(run) ?? []) this.#spawn(run, companion.process);
        this.#spawn(run, main(run));
        await until(async () => accepting(run, signal), signal);
      }),
    );
    const context = this.#context(first);
    for (const step of initialise) if (!(await step.done(context))) await step.apply(context);
    await until(async () => ready(first, signal), signal);
  }

  #spawn(run: Run, spec: ProcessSpec): void {
    const child = spawn(spec.program, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      stdio: "ignore",
      detached: true,
      ...run.account,
    });
    this.#processes.push({ child, spec });
  }

  #isCompanion(spec: ProcessSpec): boolean {
    return path.basename(spec.program) === "epmd";
  }

  #context(run: Run): StepContext {
    const signal = AbortSignal.timeout(60_000);
    return {
      run,
      signal,
      kill: () => undefined,
      execute: async (execution) =>
        executeProgram(execution, {
          engine: run.engine,
          account: run.account,
          cwd: run.folders.files,
          signal,
        }),
    };
  }
}

/** The same signal, repetition and escalation as in the stack. */
async function end({ child, spec }: { child: ChildProcess; spec: ProcessSpec }): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  const { signal, graceMs, repeatMs } = spec.stop;
  child.kill(signal);
  const again =
    repeatMs === undefined ? undefined : setInterval(() => child.kill(signal), repeatMs);
  const kill = setTimeout(
    () => child.pid !== undefined && process.kill(-child.pid, "SIGKILL"),
    graceMs,
  );
  await exited;
  clearInterval(again);
  clearTimeout(kill);
}

async function until(attempt: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch {
      await delay(5);
    }
  }
}
