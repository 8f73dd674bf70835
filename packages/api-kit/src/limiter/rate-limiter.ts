import type { RateClass } from "../settings/read-settings.ts";
import type { SharedWindow } from "./shared-window.ts";
import { SlidingWindow } from "./sliding-window.ts";

export interface RateVerdict {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the oldest request leaves the window, and makes room for one more. */
  readonly resetSeconds: number;
}

export interface RateLimiterOptions {
  /** Tells applications apart that share one Redis. */
  readonly name: string;
  readonly limits: Readonly<Record<RateClass, number>>;
  readonly shared: SharedWindow;
  readonly now?: () => number;
}

const windowMs = 60_000;
const foldEveryMs = 1000;
/** Between two calls that tell Redis of one busy client: without it they follow each other as fast as Redis answers. */
const foldPauseMs = 10;

/**
 * Up to a tenth of the limit this process alone may let through what it likes: as long as there are no more than ten
 * processes the answer is sure without asking, and Redis is only told.
 */
const sureShare = 0.1;

/** Of one client in one class: what this process let through, and what others are known to have. */
class ClientWindow {
  readonly own = new SlidingWindow(windowMs);
  /** Let through here, and not yet told to Redis: by millisecond. */
  pending = new Map<number, number>();
  others = 0;
  othersOldestAt = 0;
  folding = false;
  /** Requests that wait for Redis: they count here if it does not answer. */
  asking = 0;
}

/** A sliding window a client and class, shared through Redis where that is up; each process alone where it is not. */
export class RateLimiter implements Disposable {
  readonly #options: RateLimiterOptions;
  readonly #now: () => number;
  readonly #windows: Readonly<Record<RateClass, Map<string, ClientWindow>>> = {
    general: new Map(),
    health: new Map(),
    metrics: new Map(),
  };
  readonly #timer: NodeJS.Timeout;

  constructor(options: RateLimiterOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#timer = setInterval(() => this.#tick(), foldEveryMs).unref();
  }

  /** At once where the answer is sure, or the class is `health`, which waits for nothing. */
  check(rateClass: RateClass, client: string): RateVerdict | Promise<RateVerdict> {
    const now = this.#now();
    const window = this.#windowOf(rateClass, client);
    const limit = this.#options.limits[rateClass];
    const total = window.own.total(now) + window.others;
    if (rateClass === "health" || total < limit * sureShare - 1) {
      const verdict = this.#decide(window, limit, now);
      if (rateClass !== "health") this.#fold(rateClass, client, window);
      return verdict;
    }
    return this.#ask(rateClass, client, window, limit);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #windowOf(rateClass: RateClass, client: string): ClientWindow {
    const windows = this.#windows[rateClass];
    let window = windows.get(client);
    if (!window) {
      window = new ClientWindow();
      windows.set(client, window);
    }
    return window;
  }

  /** By what is known here. */
  #decide(window: ClientWindow, limit: number, now: number): RateVerdict {
    const total = window.own.total(now) + window.others;
    const allowed = total < limit;
    if (allowed) {
      window.own.add(now);
      window.pending.set(now, (window.pending.get(now) ?? 0) + 1);
    }
    const oldest = Math.min(
      window.own.oldest ?? now,
      window.others > 0 ? window.othersOldestAt : now,
    );
    return verdictOf(allowed, limit, allowed ? total + 1 : total, oldest, now);
  }

  async #ask(
    rateClass: RateClass,
    client: string,
    window: ClientWindow,
    limit: number,
  ): Promise<RateVerdict> {
    window.asking += 1;
    const answer = await this.#tell(rateClass, client, window, true);
    window.asking -= 1;
    const now = this.#now();
    if (!answer) return this.#decide(window, limit, now);
    if (answer.allowed) window.own.add(now);
    return verdictOf(answer.allowed, limit, answer.total, now - answer.oldestAgeMs, now);
  }

  /** Tells Redis, in the background, what was let through. One at a time a client: what comes meanwhile goes together. */
  #fold(rateClass: RateClass, client: string, window: ClientWindow): void {
    if (window.folding || window.pending.size === 0) return;
    window.folding = true;
    void this.#tell(rateClass, client, window, false).then((answer) => {
      setTimeout(() => {
        window.folding = false;
        if (answer && rateClass !== "health") this.#fold(rateClass, client, window);
      }, foldPauseMs).unref();
    });
  }

  /** Undefined where Redis can't be asked; what was to be told is then told later. */
  async #tell(rateClass: RateClass, client: string, window: ClientWindow, ask: boolean) {
    const now = this.#now();
    const pending = stillCounting(window.pending, now);
    window.pending = new Map();
    const fold = [...pending].map(([at, count]) => ({ ageMs: Math.max(0, now - at), count }));
    try {
      const answer = await this.#options.shared({
        name: `${this.#options.name}:${rateClass}:${client}`,
        windowMs,
        limit: this.#options.limits[rateClass],
        ask,
        fold,
      });
      const after = this.#now();
      const own = window.own.total(after) - sum(window.pending) + (answer.allowed ? 1 : 0);
      window.others = Math.max(0, answer.total - own);
      window.othersOldestAt = after - answer.oldestAgeMs;
      return answer;
    } catch {
      window.others = 0; // each goes on alone
      for (const [at, count] of pending)
        window.pending.set(at, (window.pending.get(at) ?? 0) + count);
      return undefined;
    }
  }

  #tick(): void {
    const now = this.#now();
    for (const [rateClass, windows] of Object.entries(this.#windows) as [
      RateClass,
      Map<string, ClientWindow>,
    ][])
      for (const [client, window] of windows) {
        const isIdle = window.own.total(now) === 0 && window.pending.size === 0;
        if (isIdle && window.asking === 0) windows.delete(client);
        else this.#fold(rateClass, client, window);
      }
  }
}

function verdictOf(
  allowed: boolean,
  limit: number,
  total: number,
  oldestAt: number,
  now: number,
): RateVerdict {
  return {
    allowed,
    limit,
    remaining: Math.max(0, limit - total),
    resetSeconds: Math.max(1, Math.ceil((oldestAt + windowMs - now) / 1000)),
  };
}

const coarseFrom = 64;
const coarseMs = 50;

/** Without what has left the window; of many milliseconds, those that lie close together as one, the later. */
function stillCounting(counts: ReadonlyMap<number, number>, now: number): Map<number, number> {
  const kept = new Map<number, number>();
  const stepMs = counts.size > coarseFrom ? coarseMs : 1;
  for (const [at, count] of counts) {
    const step = Math.ceil(at / stepMs) * stepMs;
    if (now - at < windowMs) kept.set(step, (kept.get(step) ?? 0) + count);
  }
  return kept;
}

function sum(counts: ReadonlyMap<number, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
