import type { Core } from "../core/core.ts";
import { expiredBy } from "./expiry-queue.ts";

/** Timers don't follow the clock when it is set, or when the machine sleeps: so it is looked at now and then. */
const farthestMs = 60_000;

/** Revokes tokens as they expire, with all that descends from them. */
export class TokenReaper {
  readonly #core: Core;
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;

  constructor(core: Core) {
    this.#core = core;
  }

  start(): void {
    this.#schedule(this.#core.now().getTime());
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#wakesAt = Number.POSITIVE_INFINITY;
  }

  /** A token expires then (milliseconds since 1970), perhaps before all that were known. */
  notice(expires: number): void {
    if (expires < this.#wakesAt && !this.#core.barrier.sealed) this.#schedule(expires);
  }

  #schedule(time: number): void {
    clearTimeout(this.#timer);
    this.#wakesAt = time;
    const delay = Math.min(Math.max(0, time - this.#core.now().getTime()), farthestMs);
    this.#timer = setTimeout(() => void this.#reap(), delay).unref();
  }

  async #reap(): Promise<void> {
    try {
      const tx = this.#core.barrier.begin();
      const { due, next } = expiredBy(tx, this.#core.now().getTime());
      for (const hash of due) this.#core.tokens.revokeTree(tx, hash);
      this.#wakesAt = Number.POSITIVE_INFINITY;
      if (next !== undefined) this.#schedule(next);
      await tx.commit();
    } catch (error) {
      // Expired tokens are refused whether they are gone or not; the next one that expires tries again.
      this.#core.options.log(`expired tokens could not be removed: ${String(error)}`, "error");
    }
  }
}
