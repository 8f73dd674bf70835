import { messageOf } from "../shared/errors.ts";
import type { MemberRunner } from "./member-runner.ts";
import type { Member, Unit } from "./unit.ts";

/**
 * Processes of a unit that run before what it depends on is ready, started as the last start left it. What they then
 * should have been started with decides: whichever was not is ended, and started anew.
 */
export class HeadStart {
  readonly #runners = new Map<string, MemberRunner>();

  get isRunning(): boolean {
    return this.#runners.size > 0;
  }

  /** Never rejects: where it comes to nothing, the start itself meets the fault and tells of it. */
  async begin(
    unit: Unit,
    signal: AbortSignal,
    options: {
      readonly runnerFor: (member: Member) => MemberRunner;
      readonly log: (line: string) => void;
    },
  ): Promise<void> {
    if (this.isRunning) return;
    try {
      const members = (await unit.foresee?.(signal)) ?? [];
      signal.throwIfAborted();
      await Promise.all(
        members.map(async (member) => {
          const runner = options.runnerFor(member);
          this.#runners.set(member.name, runner);
          await runner.launch(signal);
        }),
      );
    } catch (error) {
      options.log(`${unit.name} has no head start: ${messageOf(error)}`);
    }
  }

  /** The runner of this member where its process runs and was started as the member says; ends what else runs of it. */
  async take(member: Member): Promise<MemberRunner | undefined> {
    const runner = this.#runners.get(member.name);
    const isIt = runner?.becomes(member) === true;
    if (!isIt) await runner?.stop();
    this.#runners.delete(member.name);
    return isIt ? runner : undefined;
  }

  async end(force?: AbortSignal): Promise<void> {
    await Promise.all(
      [...this.#runners].map(async ([name, runner]) => {
        await runner.stop(force);
        this.#runners.delete(name);
      }),
    );
  }
}
