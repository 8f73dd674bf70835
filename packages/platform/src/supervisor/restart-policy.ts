/** Pauses of 1, 2, 4 … 30 s between restarts; an end after a quiet time counts from the beginning again. */
export class RestartPolicy {
  #ends: number[] = [];

  /** The pause before the next start, in milliseconds; undefined at the end of the fifth restart within 60 s. */
  next(nowMs: number): number | undefined {
    this.#ends = [...this.#ends.filter((end) => nowMs - end < 60_000), nowMs];
    if (this.#ends.length > 5) return undefined;
    return Math.min(30_000, 1000 * 2 ** (this.#ends.length - 1));
  }
}
