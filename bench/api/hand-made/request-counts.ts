const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What Prometheus is told of requests: a counter by method, path and status, a histogram by method and path. */
export class RequestCounts {
  inProgress = 0;
  readonly #requests = new Map<string, number>();
  readonly #durations = new Map<string, { buckets: number[]; sum: number; count: number }>();

  count(method: string, path: string, status: number, seconds: number): void {
    const route = `${method} ${path}`;
    const answered = `${route} ${status}`;
    this.#requests.set(answered, (this.#requests.get(answered) ?? 0) + 1);
    let durations = this.#durations.get(route);
    if (!durations) {
      durations = { buckets: bounds.map(() => 0), sum: 0, count: 0 };
      this.#durations.set(route, durations);
    }
    durations.sum += seconds;
    durations.count += 1;
    const bucket = bounds.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) durations.buckets[bucket] = (durations.buckets[bucket] ?? 0) + 1;
  }
}
