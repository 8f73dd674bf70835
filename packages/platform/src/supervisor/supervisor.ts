import { type DevStackError, messageOf } from "../shared/errors.ts";
import { nearest } from "../shared/nearest.ts";
import { supervisorErrors } from "./errors.ts";
import type { ProcessLedger } from "./process-ledger.ts";
import { reapLeftovers } from "./reap-leftovers.ts";
import type { Unit, UnitEvent, UnitStatus } from "./unit.ts";
import { UnitRunner } from "./unit-runner.ts";

export interface SupervisorOptions {
  readonly units: readonly Unit[];
  readonly ledger: ProcessLedger;
  /** The stack's id; part of the marker that its processes carry. */
  readonly stack: string;
  readonly log: (line: string) => void;
}

/** Starts each unit the moment what it depends on is ready, and ends it before what it needs to its end. */
export class Supervisor {
  readonly #runners: ReadonlyMap<string, UnitRunner>;
  readonly #options: SupervisorOptions;
  #leftovers: Promise<void> | undefined;
  readonly #listeners = new Set<(event: UnitEvent) => void>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const onEvent = (event: UnitEvent): void => {
      options.log(`${event.unit} ${event.state}${event.error ? `: ${event.error.message}` : ""}`);
      for (const listener of this.#listeners) listener(event);
    };
    this.#runners = new Map(
      options.units.map((unit) => [
        unit.name,
        new UnitRunner(unit, {
          ledger: options.ledger,
          stack: options.stack,
          log: options.log,
          onEvent,
        }),
      ]),
    );
  }

  follow(listener: (event: UnitEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Starts these units and what they depend on. Resolves when each is ready or has failed; never rejects for one. */
  async start(names: readonly string[]): Promise<readonly UnitStatus[]> {
    const asked = names.map((name) => this.#runnerOf(name));
    const first = asked.filter(({ unit }) => unit.startsFirst === true);
    const wanted = this.#withDependencies([...first, ...asked]);
    for (const runner of wanted) runner.expect();
    await (this.#leftovers ??= this.#reapAllBut(wanted));
    const started = new Map<UnitRunner, Promise<void>>();
    for (const runner of wanted) if (this.#hasToWait(runner)) void runner.headStart();
    for (const runner of wanted) {
      const needs = runner.unit.dependsOn.map((name) => this.#runnerOf(name));
      // Dependencies come before what depends on them, so their promises are there already.
      started.set(runner, this.#startAfter(runner, needs, started));
    }
    await Promise.allSettled(started.values());
    return wanted.map((runner) => runner.status());
  }

  /** Before the first start: what a dead daemon left, but for what one of these may adopt. */
  async #reapAllBut(runners: readonly UnitRunner[]): Promise<void> {
    const members = new Set(runners.flatMap(({ unit }) => unit.members));
    const reaped = await reapLeftovers(this.#options.ledger, {
      keep: ({ adoptable }) => adoptable !== undefined && members.has(adoptable.member),
    });
    if (reaped.length > 0)
      this.#options.log(`ended what an earlier daemon left: ${reaped.join(", ")}`);
  }

  /** Stops these units, or all; those that depend on them for more than their start go first. */
  async stop(names?: readonly string[], force?: AbortSignal): Promise<readonly UnitStatus[]> {
    const chosen = names ? names.map((name) => this.#runnerOf(name)) : [...this.#runners.values()];
    const stopped = new Map<UnitRunner, Promise<void>>();
    for (const runner of this.#withDependencies([...this.#runners.values()]).toReversed()) {
      if (!chosen.includes(runner)) continue;
      const { name } = runner.unit;
      const dependents = [...stopped].filter(
        ([{ unit }]) => unit.dependsOn.includes(name) && !unit.needsToStart?.includes(name),
      );
      stopped.set(
        runner,
        Promise.allSettled(dependents.map(([, done]) => done)).then(() => runner.stop(force)),
      );
    }
    const failed = (await Promise.allSettled(stopped.values())).find(
      (result) => result.status === "rejected",
    );
    if (failed) throw failed.reason;
    if (!names) await reapLeftovers(this.#options.ledger, force ? { force } : {}); // what nothing took over
    return chosen.map((runner) => runner.status());
  }

  /** Restarts a unit, or one member of a unit. */
  async restart(name: string): Promise<UnitStatus> {
    const unit = this.#runners.get(name);
    const runner =
      unit ?? [...this.#runners.values()].find((one) => one.unit.members.includes(name));
    if (!runner) throw this.#unknown(name);
    await runner.restart(unit ? undefined : name);
    return runner.status();
  }

  /** What ends with time, of all units that are ready. What fails is told, and tried again the next time. */
  async renew(): Promise<void> {
    for (const runner of this.#withDependencies([...this.#runners.values()]))
      await runner
        .renew()
        .catch((error: unknown) =>
          this.#options.log(`${runner.unit.name} was not renewed: ${messageOf(error)}`),
        );
  }

  status(): readonly UnitStatus[] {
    return [...this.#runners.values()].map((runner) => runner.status());
  }

  async #startAfter(
    runner: UnitRunner,
    needs: readonly UnitRunner[],
    started: ReadonlyMap<UnitRunner, Promise<void>>,
  ): Promise<void> {
    await Promise.allSettled(needs.map((need) => started.get(need)));
    const missing = needs.filter((need) => need.state !== "ready").map((need) => need.unit.name);
    if (missing.length > 0) {
      const error = supervisorErrors.DS_DEPENDENCY_FAILED(
        `${runner.unit.name} was not started: ${missing.join(", ")} is not ready`,
        { hint: `devstack logs ${missing[0]}` },
      );
      await runner.abandon(error);
      throw error;
    }
    await runner.start();
  }

  #hasToWait({ unit }: UnitRunner): boolean {
    return unit.dependsOn.some((name) => this.#runnerOf(name).state !== "ready");
  }

  /** Each after what it depends on. */
  #withDependencies(runners: readonly UnitRunner[]): readonly UnitRunner[] {
    const ordered = new Set<UnitRunner>();
    const visit = (runner: UnitRunner): void => {
      if (ordered.has(runner)) return;
      for (const name of runner.unit.dependsOn) visit(this.#runnerOf(name));
      ordered.add(runner);
    };
    for (const runner of runners) visit(runner);
    return [...ordered];
  }

  #runnerOf(name: string): UnitRunner {
    const runner = this.#runners.get(name);
    if (!runner) throw this.#unknown(name);
    return runner;
  }

  #unknown(name: string): DevStackError {
    const names = [...this.#runners.values()].flatMap((one) => [
      one.unit.name,
      ...one.unit.members,
    ]);
    const meant = nearest(name, names);
    return supervisorErrors.DS_UNKNOWN_UNIT(`the stack has no service "${name}"`, {
      hint: meant ? `did you mean "${meant}"?` : `it has ${[...this.#runners.keys()].join(", ")}`,
    });
  }
}
