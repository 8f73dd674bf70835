const upperBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts one route's answers of one status. */
export interface RouteCount {
  count(seconds: number): void;
}

/**
 * `http_requests_total` and `http_request_duration_seconds`. Plain numbers while requests are served, put into words
 * when they are asked for: prom-client looks its labels up for every request.
 */
export class RequestMetrics {
  /** By their labels in Prometheus's notation. */
  readonly #requests = new Map<string, Requests>();
  readonly #durations = new Map<string, Durations>();

  /** To be asked once for a route and status. `endpoint` is the route's template. */
  route(method: string, endpoint: string, status: number): RouteCount {
    const route = `method=${JSON.stringify(method)},endpoint=${JSON.stringify(endpoint)}`;
    let durations = this.#durations.get(route);
    if (!durations) this.#durations.set(route, (durations = new Durations()));
    const labels = `${route},status="${status}"`;
    let requests = this.#requests.get(labels);
    if (!requests) this.#requests.set(labels, (requests = new Requests(durations)));
    return requests;
  }

  /** In the text format, without a line break at the end. */
  text(): string {
    return [
      "# HELP http_requests_total Requests answered.",
      "# TYPE http_requests_total counter",
      ...[...this.#requests].map(
        ([labels, { total }]) => `http_requests_total{${labels}} ${total}`,
      ),
      "# HELP http_request_duration_seconds How long requests took.",
      "# TYPE http_request_duration_seconds histogram",
      ...[...this.#durations].flatMap(([labels, durations]) => durations.lines(labels)),
    ].join("\n");
  }
}

class Requests implements RouteCount {
  total = 0;
  readonly #durations: Durations;

  constructor(durations: Durations) {
    this.#durations = durations;
  }

  count(seconds: number): void {
    this.total++;
    this.#durations.observe(seconds);
  }
}

class Durations {
  #total = 0;
  #seconds = 0;
  /** How many lie at or below each bound, and above the one before. */
  readonly #buckets = upperBounds.map(() => 0);

  observe(seconds: number): void {
    this.#total++;
    this.#seconds += seconds;
    let index = 0;
    while (index < upperBounds.length && seconds > (upperBounds[index] ?? 0)) index++;
    if (index < upperBounds.length) this.#buckets[index] = (this.#buckets[index] ?? 0) + 1;
  }

  lines(labels: string): readonly string[] {
    const name = "http_request_duration_seconds";
    let below = 0;
    const buckets = upperBounds.map((bound, index) => {
      below += this.#buckets[index] ?? 0;
      return `${name}_bucket{le="${bound}",${labels}} ${below}`;
    });
    return [
      ...buckets,
      `${name}_bucket{le="+Inf",${labels}} ${this.#total}`,
      `${name}_sum{${labels}} ${this.#seconds}`,
      `${name}_count{${labels}} ${this.#total}`,
    ];
  }
}
