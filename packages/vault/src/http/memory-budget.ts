/** Bytes of requests that have not come in whole, over all connections: many large ones must not fill the memory. */
export class MemoryBudget {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Moves a connection's share; false, and nothing moved, when it would be too much for all together. */
  change(before: number, after: number): boolean {
    if (after > before && this.#held + after - before > this.#limit) return false;
    this.#held += after - before;
    return true;
  }
}
