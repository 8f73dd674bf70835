import type { ApiMetrics } from "../metrics/api-metrics.ts";
import type { RouteCount } from "../metrics/request-metrics.ts";
import type { RateClass } from "../settings/read-settings.ts";

/** What the hooks have to know of a route, worked out once. */
export class ObservedRoute {
  readonly rateClass: RateClass;
  readonly #metrics: ApiMetrics;
  readonly #endpoint: string;
  readonly #counts = new Map<string, Map<number, RouteCount>>();

  /** `endpoint` is the template, never the path: there are as many labels as routes. */
  constructor(metrics: ApiMetrics, endpoint: string, rateClass: RateClass) {
    this.#metrics = metrics;
    this.#endpoint = endpoint;
    this.rateClass = rateClass;
  }

  count(method: string, status: number, seconds: number): void {
    let byStatus = this.#counts.get(method);
    if (!byStatus) this.#counts.set(method, (byStatus = new Map()));
    let count = byStatus.get(status);
    if (!count) byStatus.set(status, (count = this.#metrics.route(method, this.#endpoint, status)));
    count.count(seconds);
  }
}
