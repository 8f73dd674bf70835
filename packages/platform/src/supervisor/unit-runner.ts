import { setTimeout as delay } from "node:timers/promises";
import { type DevStackError, messageOf, toDevStackError } from "../shared/errors.ts";
import { supervisorErrors } from "./errors.ts";
import type { ProcessExit } from "./gated-process.ts";
import { HeadStart } from "./head-start.ts";
import { MemberRunner } from "./member-runner.ts";
import type { ProcessLedger } from "./process-ledger.ts";
import { RestartPolicy } from "./restart-policy.ts";
import type { Member, Unit, UnitEvent, UnitState, UnitStatus } from "./unit.ts";

export interface UnitRunnerOptions {
  readonly ledger: ProcessLedger;
  readonly stack: string;
  readonly onEvent: (event: UnitEvent) => void;
  readonly log: (line: string) => void;
  /** Waits before another start; rejects when the signal aborts. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

const abortedWithinMs = 5000;

/** One unit's life: what is asked of it happens one thing after the other, and a process that ends comes back. */
export class UnitRunner {
  readonly unit: Unit;
  readonly #options: UnitRunnerOptions;
  readonly #pause: NonNullable<UnitRunnerOptions["pause"]>;
  readonly #members = new Map<string, MemberRunner>();
  readonly #early = new HeadStart();
  /** Members that have ended by themselves, each with the pause before its next start; undefined: it had its chances. */
  readonly #ended = new Map<MemberRunner, number | undefined>();
  #state: UnitState = "stopped";
  #error: DevStackError | undefined;
  /** What settling last waited for. */
  #awaited: string | undefined;
  #timings: Partial<Record<UnitState, number>> = {};
  #askedAt = 0;
  #foreseenAt: number | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #failedStarts = new RestartPolicy();
  /** Aborts what is under way when a stop is asked for. */
  #current = new AbortController();
  /** Makes the stop that was asked for last a hard one, that of a start that it cuts off too. */
  #force: AbortSignal | undefined;
  /** Aborts when one of the members ends that were started last; what is under way then has nothing to wait for. */
  #unended = new AbortController();

  constructor(unit: Unit, options: UnitRunnerOptions) {
    this.unit = unit;
    this.#options = options;
    this.#pause =
      options.pause ?? (async (milliseconds, signal) => delay(milliseconds, undefined, { signal }));
  }

  get state(): UnitState {
    return this.#state;
  }

  /** Marks when a start was asked for; `start` itself may come later, once its dependencies are ready. */
  expect(): void {
    if (this.#current.signal.aborted) this.#current = new AbortController();
    if (this.#state !== "stopped" && this.#state !== "failed") return;
    this.#error = undefined;
    this.#failedStarts = new RestartPolicy();
    this.#timings = {};
    this.#foreseenAt = undefined;
    this.#askedAt = performance.now();
    this.#enter("waiting");
  }

  /** Starts processes as the last start left them, beside what the unit waits for; `start` takes them over. */
  async headStart(): Promise<void> {
    const { signal } = this.#current;
    return this.#enqueue(async () => {
      if (this.#state !== "waiting" || signal.aborted) return;
      const { log } = this.#options;
      await this.#early.begin(this.unit, signal, { log, runnerFor: (one) => this.#runnerFor(one) });
      if (this.#early.isRunning) this.#foreseenAt = this.#elapsedMs();
    });
  }

  /** Resolves when the unit is ready; a stop that is asked for meanwhile makes it reject. */
  async start(): Promise<void> {
    const { signal } = this.#current;
    return this.#enqueue(async () => {
      if (this.#state === "ready") return;
      signal.throwIfAborted();
      await this.#tryToBringUp(signal);
    });
  }

  /** Where it fails and may be tried again, that happens after a pause, unless it was stopped or started meanwhile. */
  async #tryToBringUp(signal: AbortSignal): Promise<void> {
    try {
      await this.#bringUp(signal);
    } catch (error) {
      const mayRetry = this.unit.retriesStart === true && this.#error?.code === "DS_PROCESS_ENDED";
      const pauseMs = mayRetry ? this.#failedStarts.next(performance.now()) : undefined;
      if (pauseMs !== undefined) {
        this.#enter("restarting");
        this.#retryAfter(pauseMs, signal).catch((reason: unknown) =>
          this.#options.log(`${this.unit.name}: ${messageOf(reason)}`),
        );
      }
      throw error;
    }
  }

  async #retryAfter(pauseMs: number, signal: AbortSignal): Promise<void> {
    await this.#pause(pauseMs, signal);
    return this.#enqueue(async () => {
      signal.throwIfAborted();
      if (this.#state === "restarting") await this.#tryToBringUp(signal);
    });
  }

  /** Ends all processes, also when a start is under way. Data stays. */
  async stop(force?: AbortSignal): Promise<void> {
    this.#force = force;
    this.#current.abort(
      supervisorErrors.DS_SUPERVISOR_STOPPING(`${this.unit.name} is being stopped`),
    );
    return this.#enqueue(async () => {
      const isIdle = this.#members.size === 0 && !this.#early.isRunning;
      if (isIdle && this.#state !== "failed") return this.#enter("stopped");
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
      this.#ended.set(runner, 0);
      await this.#bringBack(this.#current.signal, { isAsked: true });
    });
  }

  /** Does nothing unless the unit is ready. */
  async renew(): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#state !== "ready" || !this.unit.renew) return;
      const deadline = AbortSignal.timeout(this.unit.readyWithinMs);
      const signal = AbortSignal.any([this.#current.signal, deadline]);
      await Promise.race([this.unit.renew({ signal, kill: this.#kill }), rejectOnAbort(signal)]);
    });
  }

  readonly #kill = (member: string, signal: NodeJS.Signals): void =>
    this.#members.get(member)?.kill(signal);

  /** It is not started, because of something else, unless it was stopped itself; what had a head start is ended. */
  async abandon(error: DevStackError): Promise<void> {
    return this.#enqueue(async () => {
      if (!this.#current.signal.aborted) this.#fail(error);
      await this.#early.end(this.#force);
    });
  }

  #fail(error: DevStackError): void {
    this.#error = error;
    this.#enter("failed");
  }

  status(): UnitStatus {
    return {
      name: this.unit.name,
      state: this.#state,
      dependsOn: this.unit.dependsOn,
      members: this.unit.members.map(
        (name) => this.#members.get(name)?.status() ?? { name, running: false, crashes: 0 },
      ),
      ...(this.#error ? { error: this.#error.toJSON() } : {}),
      timings: this.#timings,
      ...(this.#foreseenAt === undefined ? {} : { foreseenAt: this.#foreseenAt }),
    };
  }

  /** Since the start was asked for. */
  #elapsedMs(): number {
    return Math.round(performance.now() - this.#askedAt);
  }

  async #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined); // reported to whoever asked
    return done;
  }

  #enter(state: UnitState): void {
    this.#state = state;
    this.#timings[state] ??= this.#elapsedMs();
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
      await allOrFirstError(
        members.map(async (member) => {
          const early = await this.#early.take(member);
          this.#members.set(member.name, early ?? this.#runnerFor(member));
        }),
      );
      this.#enter("starting");
      this.#unended = new AbortController();
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
    this.#awaited = undefined;
    const working = work(within);
    try {
      await Promise.race([working, rejectOnAbort(within)]);
    } catch (thrown) {
      const late = deadline.aborted ? this.#notReady() : undefined; // before the clean-up forgets why
      // What was under way sees the abort; a process that it was just starting must be known before the clean-up.
      await Promise.race([working.catch(() => undefined), delay(abortedWithinMs)]);
      await this.#takeDown(this.#force).catch((error: unknown) =>
        this.#options.log(messageOf(error)),
      );
      const error = signal.aborted
        ? toDevStackError(signal.reason)
        : (late ?? toDevStackError(thrown));
      this.#fail(error);
      throw error;
    }
  }

  #notReady(): DevStackError {
    const seconds = this.unit.readyWithinMs / 1000;
    return supervisorErrors.DS_NOT_READY(
      `${this.unit.name} was not ready within ${seconds} s (it was ${this.#state})${this.#reasons()}`,
      {
        hint: `devstack logs ${this.unit.name}`,
      },
    );
  }

  /** Why it was not ready when it was last looked at: each member that did not accept, then what settling waited for. */
  #reasons(): string {
    const refusals = [...this.#members.values()].flatMap(({ member, refusal }) =>
      refusal === undefined ? [] : [`${member.name}: ${refusal}`],
    );
    const all = [...refusals, ...(this.#awaited === undefined ? [] : [this.#awaited])];
    return all.length === 0 ? "" : `; last: ${all.join("; ")}`;
  }

  async #startMember(runner: MemberRunner, signal: AbortSignal): Promise<void> {
    await runner.start(signal);
    void runner.ended().then((exit) => this.#memberEnded(runner, exit));
  }

  #memberEnded(runner: MemberRunner, exit: ProcessExit): void {
    const { name } = runner.member;
    const how = exit.signal ?? (exit.code === null ? "adopted" : `exit code ${exit.code}`);
    this.#options.log(`${name} ended (${how})`);
    if (this.#members.get(name) !== runner) return; // the unit was taken down meanwhile
    const { signal } = this.#current;
    runner.member
      .ended?.(signal)
      .catch((error: unknown) => this.#options.log(`${name}: ${messageOf(error)}`));
    this.#ended.set(runner, runner.countCrash());
    this.#unended.abort(
      supervisorErrors.DS_PROCESS_ENDED(
        `${name} ended (${how}) before ${this.unit.name} was ready`,
        {
          hint: `devstack logs ${name}`,
        },
      ),
    );
    if (this.#state !== "ready") return; // whoever is at work on the unit sees to it
    this.#enter("restarting");
    this.#enqueue(async () => this.#bringBack(signal)).catch((error: unknown) =>
      this.#options.log(`${name}: ${messageOf(error)}`),
    );
  }

  /** Settles; rejects at once when a member has ended, or ends meanwhile. */
  async #settle(signal: AbortSignal): Promise<void> {
    this.#enter("settling");
    const whole = AbortSignal.any([signal, this.#unended.signal]);
    whole.throwIfAborted();
    await Promise.race([
      this.unit.settle({
        signal: whole,
        kill: this.#kill,
        waitingFor: (reason) => (this.#awaited = reason),
      }),
      rejectOnAbort(whole),
    ]);
    whole.throwIfAborted(); // it may have ended just as the others were found in order
    this.#error = undefined;
    this.#enter("ready");
  }

  /**
   * Starts again all members that have ended, those too that end meanwhile: they may be of use only together. One that
   * ends before it answers has ended once more, unless somebody asked for the start: that one is told.
   */
  async #bringBack(signal: AbortSignal, { isAsked = false } = {}): Promise<void> {
    while (this.#ended.size > 0) {
      signal.throwIfAborted();
      const pauses = [...this.#ended.values()];
      if (pauses.includes(undefined)) return this.#giveUp();
      await this.#pause(Math.max(...pauses.map((pauseMs) => pauseMs ?? 0)), signal);
      await this.#within(signal, async (within) => this.#startEnded(within, isAsked));
    }
  }

  async #startEnded(signal: AbortSignal, isAsked: boolean): Promise<void> {
    const runners = [...this.#ended.keys()];
    this.#ended.clear();
    this.#unended = new AbortController();
    await allOrFirstError(
      runners.map(async (runner) => {
        await runner.stop(); // what a dead process left: children, companions
        try {
          await this.#startMember(runner, signal);
        } catch (thrown) {
          const error = toDevStackError(thrown);
          if (isAsked || signal.aborted || error.code !== "DS_PROCESS_ENDED") throw error;
          this.#error = error; // shown until it is ready
          this.#ended.set(runner, runner.countCrash());
        }
      }),
    );
    if (this.#ended.size > 0) return this.#enter("restarting");
    try {
      await this.#settle(signal);
    } catch (error) {
      if (this.#ended.size === 0) throw error;
      this.#enter("restarting");
    }
  }

  async #giveUp(): Promise<void> {
    const [name] = [...this.#ended].flatMap(([{ member }, pauseMs]) =>
      pauseMs === undefined ? [member.name] : [],
    );
    await this.#takeDown();
    const last = this.#error ? `; last: ${this.#error.message}` : "";
    this.#fail(
      supervisorErrors.DS_PROCESS_ENDED(
        `${name} ended 6 times within 60 s and is not started again${last}`,
        {
          hint: `devstack logs ${name}, then devstack restart ${this.unit.name}`,
        },
      ),
    );
  }

  async #takeDown(force?: AbortSignal): Promise<void> {
    const running = [...this.#members.values()].map((runner) => runner.stop(force));
    await Promise.all([this.#early.end(force), ...running]);
    this.#members.clear();
    this.#ended.clear();
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
    signal.addEventListener("abort", () => reject(toDevStackError(signal.reason)), { once: true });
  });
}
