const windowMs = 60_000;

interface Window {
  /** When requests came, by millisecond, and how many in each; before `first` they have left the window. */
  readonly times: number[];
  readonly counts: number[];
  first: number;
  total: number;
}

/** How many requests a client may make in any minute. */
export class SlidingLimit {
  readonly most: number;
  readonly #windows = new Map<string, Window>();

  constructor(most: number) {
    this.most = most;
  }

  /** `resetAt`: when the oldest request leaves the window, in seconds since 1970. */
  check(client: string, now: number): { allowed: boolean; remaining: number; resetAt: number } {
    let window = this.#windows.get(client);
    if (!window) {
      window = { times: [], counts: [], first: 0, total: 0 };
      this.#windows.set(client, window);
    }
    forget(window, now);
    const allowed = window.total < this.most;
    if (allowed) add(window, now);
    return {
      allowed,
      remaining: this.most - window.total,
      resetAt: Math.ceil(((window.times[window.first] ?? now) + windowMs) / 1000),
    };
  }
}

function add(window: Window, now: number): void {
  const { times, counts } = window;
  const last = times.length - 1;
  if (times[last] === now) counts[last] = (counts[last] ?? 0) + 1;
  else {
    times.push(now);
    counts.push(1);
  }
  window.total += 1;
}

function forget(window: Window, now: number): void {
  const { times, counts } = window;
  while (window.first < times.length && (times[window.first] ?? now) <= now - windowMs) {
    window.total -= counts[window.first] ?? 0;
    window.first += 1;
  }
  if (window.first <= 1024 || window.first * 2 < times.length) return;
  times.splice(0, window.first);
  counts.splice(0, window.first);
  window.first = 0;
}
