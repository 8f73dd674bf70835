import { setTimeout as delay } from "node:timers/promises";
import { DevStackError, messageOf } from "../shared/errors.ts";
import { supervisorErrors } from "./errors.ts";
import { MemberRunner } from "./member-runner.ts";
import type { ProcessLedger } from "./process-ledger.ts";
import { RestartPolicy } from "./restart-policy.ts";
import type { Member, Unit, UnitEvent, UnitState, UnitStatus } from "./unit.ts";

export interface UnitRunnerOptions {
  readonly ledger: ProcessLedger;
  readonly stack: string;
  readonly onEvent: (event: UnitEvent) => void;
  readonly log: (line: string) => void;
}

const abortedWithinMs = 5000;

/** One unit's life: what is asked of it happens one thing after the other, and a process that ends comes back. */
export class UnitRunner {
  readonly unit: Unit;
  readonly #options: UnitRunnerOptions;
  readonly #restarts = new RestartPolicy();
  #members = new Map<string, MemberRunner>();
  #state: UnitState = "stopped";
  #error: DevStackError | undefined;
  #timings: Partial<Record<UnitState, number>> = {};
  #askedAt = 0;
  #queue: Promise<unknown> = Promise.resolve();
  /** Aborts what is under way when a stop is asked for. */
  #current = new AbortController();

  constructor(unit: Unit, options: UnitRunnerOptions) {
    this.unit = unit;
    this.#options = options;
  }

  get state(): UnitState {
    return this.#state;
  }

  /** Marks when a start was asked for; `start` itself may come later, once its dependencies are ready. */
  expect(): void {
    if (this.#current.signal.aborted) this.#current = new AbortController();
    if (this.#state !== "stopped" && this.#state !== "failed") return;
    this.#error = undefined;
    this.#timings = {};
    this.#askedAt = performance.now();
    this.#enter("waiting");
  }

  /** Resolves when the unit is ready; a stop that is asked for meanwhile makes it reject. */
  async start(): Promise<void> {
    const { signal } = this.#current;
    return this.#enqueue(async () => {
      if (this.#state === "ready") return;
      signal.throwIfAborted();
      this.#restarts.reset();
      await this.#bringUp(signal);
    });
  }

  /** Ends all processes, also when a start is under way. Data stays. */
  async stop(force?: AbortSignal): Promise<void> {
    this.#current.abort(
      supervisorErrors.DS_SUPERVISOR_STOPPING(`${this.unit.name} is being stopped`),
    );
    return this.#enqueue(async () => {
      if (this.#members.size === 0 && this.#state !== "failed") return this.#enter("stopped");
      this.#enter("stopping");
      await this.#takeDown(force);
      this.#error = undefined;
      this.#enter("stopped");
    });
  }

  /** Stops and starts the unit, or one member of it while the others go on. */
  async restart(member?: string): Promise<void> {
    if (member === undefined || this.#members.size <= 1) {
      await this.stop();
      this.expect();
      return this.start();
    }
    return this.#enqueue(async () => {
      const runner = this.#members.get(member);
      if (!runner) throw supervisorErrors.DS_UNKNOWN_UNIT(`${member} was not started`);
      this.#enter("restarting");
      await this.#within(this.#current.signal, async (signal) => {
        await runner.stop();
        await this.#startMember(runner, signal);
        await this.#settle(signal);
      });
    });
  }

  fail(error: DevStackError): void {
    this.#error = error;
    this.#enter("failed");
  }

  status(): UnitStatus {
    return {
      name: this.unit.name,
      state: this.#state,
      members: this.unit.members.map(
        (name) => this.#members.get(name)?.status() ?? { name, running: false, crashes: 0 },
      ),
      ...(this.#error ? { error: this.#error.toJSON() } : {}),
      timings: this.#timings,
    };
  }

  async #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined); // reported to whoever asked
    return done;
  }

  #enter(state: UnitState): void {
    this.#state = state;
    this.#timings[state] ??= Math.round(performance.now() - this.#askedAt);
    this.#options.onEvent({
      unit: this.unit.name,
      state,
      ...(this.#error ? { error: this.#error.toJSON() } : {}),
    });
  }

  async #bringUp(signal: AbortSignal): Promise<void> {
    await this.#within(signal, async (within) => {
      this.#enter("preparing");
      const members = await this.unit.prepare(within);
      within.throwIfAborted();
      this.#members = new Map(members.map((member) => [member.name, this.#runnerFor(member)]));
      this.#enter("starting");
      await allOrFirstError(
        [...this.#members.values()].map((runner) => this.#startMember(runner, within)),
      );
      await this.#settle(within);
    });
  }

  /** Runs a part of the start under the unit's deadline; whatever fails leaves no process behind. */
  async #within(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const deadline = AbortSignal.timeout(this.unit.readyWithinMs);
    const within = AbortSignal.any([signal, deadline]);
    const working = work(within);
    try {
      await Promise.race([working, rejectOnAbort(within)]);
    } catch (thrown) {
      // What was under way sees the abort; a process that it was just starting must be known before the clean-up.
      await Promise.race([working.catch(() => undefined), delay(abortedWithinMs)]);
      await this.#takeDown().catch((error: unknown) => this.#options.log(messageOf(error)));
      const error = signal.aborted
        ? asError(signal.reason)
        : deadline.aborted
          ? this.#notReady()
          : asError(thrown);
      this.fail(error);
      throw error;
    }
  }

  #notReady(): DevStackError {
    const seconds = this.unit.readyWithinMs / 1000;
    return supervisorErrors.DS_NOT_READY(
      `${this.unit.name} was not ready within ${seconds} s (it was ${this.#state})`,
      {
        hint: `devstack logs ${this.unit.name}`,
      },
    );
  }

  async #startMember(runner: MemberRunner, signal: AbortSignal): Promise<void> {
    await runner.start(signal);
    void runner.ended().then((exit) => {
      this.#options.log(`${runner.member.name} ended (${exit.signal ?? `exit code ${exit.code}`})`);
      if (this.#state === "ready" || this.#state === "restarting") this.#comeBack(runner);
    });
  }

  async #settle(signal: AbortSignal): Promise<void> {
    this.#enter("settling");
    await this.unit.settle({
      signal,
      kill: (member, killSignal) => this.#members.get(member)?.kill(killSignal),
    });
    this.#error = undefined;
    this.#enter("ready");
  }

  #comeBack(runner: MemberRunner): void {
    const signal = this.#current.signal;
    runner.crashes += 1;
    const pauseMs = this.#restarts.next(performance.now());
    this.#enter("restarting");
    void this.#enqueue(async () => {
      if (signal.aborted) return;
      if (pauseMs === undefined) {
        await this.#takeDown();
        return this.fail(
          supervisorErrors.DS_PROCESS_ENDED(
            `${runner.member.name} ended 6 times within 60 s and is not started again`,
            {
              hint: `devstack logs ${runner.member.name}, then devstack restart ${this.unit.name}`,
            },
          ),
        );
      }
      await delay(pauseMs, undefined, { signal });
      await this.#within(signal, async (within) => {
        await runner.stop(); // what the dead process left: children, companions
        await this.#startMember(runner, within);
        await this.#settle(within);
      });
    }).catch((error: unknown) => this.#options.log(`${runner.member.name}: ${messageOf(error)}`));
  }

  async #takeDown(force?: AbortSignal): Promise<void> {
    await Promise.all([...this.#members.values()].map((runner) => runner.stop(force)));
    this.#members.clear();
  }

  #runnerFor(member: Member): MemberRunner {
    return new MemberRunner(member, { ledger: this.#options.ledger, stack: this.#options.stack });
  }
}

/** Waits for all, so that none goes on unseen, then throws the first error. */
async function allOrFirstError(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

async function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(asError(signal.reason)), { once: true });
  });
}

function asError(thrown: unknown): DevStackError {
  if (thrown instanceof DevStackError) return thrown;
  return new DevStackError("DS_INTERNAL", 1, messageOf(thrown), { cause: thrown });
}
