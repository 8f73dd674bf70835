/** Counts by the millisecond in which they fell, oldest first: exact, and no longer than the window has milliseconds. */
export class SlidingWindow {
  readonly windowMs: number;
  readonly #times: number[] = [];
  readonly #counts: number[] = [];
  #first = 0;
  #total = 0;

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  add(now: number, count = 1): void {
    const last = this.#times.length - 1;
    if (last >= this.#first && (this.#times[last] ?? 0) >= now) {
      this.#counts[last] = (this.#counts[last] ?? 0) + count;
    } else {
      this.#times.push(now);
      this.#counts.push(count);
    }
    this.#total += count;
  }

  /** How many fell into the window that ends now. */
  total(now: number): number {
    const end = now - this.windowMs;
    while (this.#first < this.#times.length && (this.#times[this.#first] ?? 0) <= end) {
      this.#total -= this.#counts[this.#first] ?? 0;
      this.#first++;
    }
    if (this.#first > 1024 && this.#first * 2 > this.#times.length) {
      this.#times.splice(0, this.#first);
      this.#counts.splice(0, this.#first);
      this.#first = 0;
    }
    return this.#total;
  }

  /** When the oldest that still counts fell; undefined where none does. */
  get oldest(): number | undefined {
    return this.#times[this.#first];
  }
}
