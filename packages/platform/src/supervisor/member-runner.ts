import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../shared/errors.ts";
import { eventually } from "../shared/eventually.ts";
import { isRunning } from "../shared/process-identity.ts";
import { adoptableAs, adoptLeftovers, fingerprintOf } from "./adopt-leftovers.ts";
import { supervisorErrors } from "./errors.ts";
import { endProcess, sendSignal } from "./end-process.ts";
import { type ProcessExit, type RunningProcess, startGated } from "./gated-process.ts";
import { connectOnce, isPortFree, requireFreePorts } from "./ports.ts";
import type { ProcessLedger } from "./process-ledger.ts";
import type { ProcessSpec } from "./process-spec.ts";
import { RestartPolicy } from "./restart-policy.ts";
import type { Member, MemberStatus } from "./unit.ts";

const portsFreeWithinMs = 5000;

/** One member's processes: the companions, then the main one, and the way back. */
export class MemberRunner {
  #member: Member;
  readonly #ledger: ProcessLedger;
  readonly #stack: string;
  #main: RunningProcess | undefined;
  #companions: RunningProcess[] = [];
  #stopping = false;
  readonly #restarts = new RestartPolicy();
  crashes = 0;
  /** Why the main process was last found not to accept; undefined once it does. */
  refusal: string | undefined;

  constructor(member: Member, options: { ledger: ProcessLedger; stack: string }) {
    this.#member = member;
    this.#ledger = options.ledger;
    this.#stack = options.stack;
  }

  get member(): Member {
    return this.#member;
  }

  /** Starts the processes, unless they were launched; resolves when the main one answers, rejects when it ends. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#accepting(this.#main ?? (await this.launch(signal)), signal);
  }

  /** Starts the processes and waits for none to answer but companions; gives the main one. */
  async launch(signal: AbortSignal): Promise<RunningProcess> {
    this.#stopping = false;
    this.refusal = undefined;
    const adopted = await adoptLeftovers(this.#ledger, this.member);
    this.#main = adopted.at(-1);
    this.#companions = adopted.slice(0, -1);
    return this.#main ?? this.#startProcesses(signal);
  }

  /** Whether the main process runs and all were started as this member's would be: then they are this member's. */
  becomes(member: Member): boolean {
    const startedAs = fingerprintOf(this.#member);
    if (startedAs === undefined || startedAs !== fingerprintOf(member)) return false;
    if (!this.#main || !isRunning(this.#main.identity)) return false;
    this.#member = member;
    return true;
  }

  /** The companions, each once the one before answers, then the main process. */
  async #startProcesses(signal: AbortSignal): Promise<RunningProcess> {
    await requireFreePorts(this.member.name, this.member.ports);
    await this.member.beforeStart?.();
    for (const companion of this.member.companions) {
      signal.throwIfAborted();
      const started = await this.#spawn(companion.name, companion.process);
      this.#companions.push(started);
      await this.#whileRunning(started, signal, (each) =>
        eventually(() => connectOnce(companion.port), {
          deadlineMs: 10_000,
          intervalMs: 5,
          signal: each,
        }),
      );
    }
    signal.throwIfAborted();
    const main = await this.#spawn(this.member.name, this.member.process);
    this.#main = main;
    return main;
  }

  async #accepting(main: RunningProcess, signal: AbortSignal): Promise<void> {
    await this.#whileRunning(main, signal, async (each) => {
      const options = {
        deadlineMs: Number.POSITIVE_INFINITY, // the unit's own deadline aborts
        intervalMs: 10,
        signal: each,
        onFailure: (reason: unknown) => (this.refusal = messageOf(reason)),
      };
      const [first] = this.member.ports; // until it is open, there is nobody to log in to
      if (first) await eventually(() => connectOnce(first.port), options);
      await eventually(() => this.member.accepting(each), options);
    });
    this.refusal = undefined;
  }

  /** Resolves when the main process ends by itself; never when it is stopped, or none was started. */
  async ended(): Promise<ProcessExit> {
    const never = new Promise<never>(() => undefined);
    const exit = await (this.#main?.exited ?? never);
    return this.#stopping ? never : exit;
  }

  /** Counts an end that nobody asked for. Gives the pause before the next start, undefined when there should be none. */
  countCrash(): number | undefined {
    this.crashes += 1;
    return this.#restarts.next(performance.now());
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#main) sendSignal(this.#main.identity, signal);
  }

  /** Ends everything of this member; rejects with DS_STOP_INCOMPLETE when a process or a port is still there. */
  async stop(force?: AbortSignal): Promise<void> {
    this.#stopping = true;
    const order = [...(this.#main ? [this.#main] : []), ...this.#companions.toReversed()];
    for (const running of order) {
      const left = await endProcess(
        { identity: running.identity, marker: running.marker, stop: running.spec.stop },
        force ? { force } : {},
      );
      if (left.length > 0) {
        throw supervisorErrors.DS_STOP_INCOMPLETE(
          `${running.name}: pid ${left.map((one) => one.pid).join(", ")} can't be ended`,
        );
      }
      await this.#ledger.forget(running.name);
    }
    this.#main = undefined;
    this.#companions = [];
    if (order.length > 0) await this.#portsFree(); // where nothing was started, others may have them
  }

  status(): MemberStatus {
    const pid = this.#main && isRunning(this.#main.identity) ? this.#main.identity.pid : undefined;
    return {
      name: this.member.name,
      running: pid !== undefined,
      ...(pid === undefined ? {} : { pid }),
      crashes: this.crashes,
    };
  }

  async #spawn(name: string, spec: ProcessSpec): Promise<RunningProcess> {
    const adoptable = adoptableAs(this.member, spec);
    return startGated(name, spec, {
      ledger: this.#ledger,
      marker: `${this.#stack}/${name}`, // its own: a companion does not belong to the main process
      account: this.member.account,
      logFile: this.member.logFile,
      ...(adoptable ? { adoptable } : {}),
    });
  }

  async #whileRunning(
    running: RunningProcess,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const over = new AbortController();
    const ended = running.exited.then(async (exit) => {
      if (over.signal.aborted) return;
      const how = exit.signal
        ? ` by ${exit.signal}`
        : exit.code === null
          ? ""
          : ` with exit code ${exit.code}`;
      throw supervisorErrors.DS_PROCESS_ENDED(
        `${running.name} ended${how} before it answered${await this.#lastWords()}`,
        {
          hint: `devstack logs ${this.member.name}`,
          details: { program: running.spec.program, ...exit },
        },
      );
    });
    try {
      await Promise.race([work(AbortSignal.any([signal, over.signal])), ended]);
    } finally {
      over.abort();
      ended.catch(() => undefined); // the race has been decided
    }
  }

  async #lastWords(): Promise<string> {
    const text = await readFile(this.member.logFile, "utf8").catch(() => "");
    const lines = text.trimEnd().split("\n").slice(-5).join("\n  ");
    return lines === "" ? "" : `; its log ends:\n  ${lines}`;
  }

  async #portsFree(): Promise<void> {
    const end = performance.now() + portsFreeWithinMs;
    for (const { name, port } of this.member.ports) {
      while (!(await isPortFree(port))) {
        if (performance.now() > end) {
          throw supervisorErrors.DS_STOP_INCOMPLETE(
            `${this.member.name} has ended, but 127.0.0.1:${port} (${name}) is still taken`,
          );
        }
        await delay(10);
      }
    }
  }
}
