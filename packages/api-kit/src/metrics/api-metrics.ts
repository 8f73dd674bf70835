import type * as promClient from "prom-client";
import type { BreakerListener, BreakerState, Dependency } from "../breaker/circuit-breaker.ts";
import { dependencies } from "../breaker/circuit-breaker.ts";
import type { CacheCounts } from "../cache/response-cache.ts";
import { ProcessMetrics } from "./process-metrics.ts";
import { Counter, Gauge, Registry } from "./prom-client.ts";
import { RequestMetrics, type RouteCount } from "./request-metrics.ts";

export const version = "1.0.0";

const stateValues: Readonly<Record<BreakerState, number>> = { closed: 0, half_open: 1, open: 2 };

/** Every metric of an application, in a registry of its own: two applications in one process don't share counts. */
export class ApiMetrics {
  readonly #registry = new Registry();
  readonly #process = new ProcessMetrics();
  readonly #requests = new RequestMetrics();
  readonly #errors = this.#counter("http_errors_total", "Errors answered.", [
    "error_type",
    "status_code",
  ]);
  readonly #cacheHits = this.#counter("cache_hits_total", "Answers served from the cache.");
  readonly #cacheMisses = this.#counter("cache_misses_total", "Answers not found in the cache.");
  readonly #cacheInvalidations = this.#counter(
    "cache_invalidations_total",
    "Cache entries taken away before their time.",
  );
  readonly rateLimitExceeded = this.#counter(
    "rate_limit_exceeded_total",
    "Requests refused for their number.",
  );
  readonly #breakers = {
    open: this.#counter("circuit_breaker_opened_total", "Times a breaker opened.", ["service"]),
    half_open: this.#counter("circuit_breaker_half_open_total", "Times a breaker tried again.", [
      "service",
    ]),
    closed: this.#counter("circuit_breaker_closed_total", "Times a breaker closed.", ["service"]),
  };
  readonly #breakerFailures = this.#counter(
    "circuit_breaker_failures_total",
    "Calls that failed as an outage.",
    ["service"],
  );
  readonly #breakerStates = this.#gauge("circuit_breaker_state", "0 closed, 1 half open, 2 open.", [
    "service",
  ]);
  /** Requests being worked on now. */
  inProgress = 0;

  constructor(implementation: string) {
    this.#gauge("app_info", "The application.", ["version", "name"]).set(
      { version, name: implementation },
      1,
    );
    const inProgress = this.#gauge("http_requests_in_progress", "Requests being worked on.");
    Object.assign(inProgress, { collect: () => inProgress.set(this.inProgress) });
    for (const service of dependencies) {
      this.#breakerStates.set({ service }, stateValues.closed);
      for (const counter of [...Object.values(this.#breakers), this.#breakerFailures])
        counter.inc({ service }, 0);
    }
  }

  route(method: string, endpoint: string, status: number): RouteCount {
    return this.#requests.route(method, endpoint, status);
  }

  countError(errorType: string, status: number): void {
    this.#errors.inc({ error_type: errorType, status_code: String(status) });
  }

  readonly breakerListener: BreakerListener = {
    failed: (service) => this.#breakerFailures.inc({ service }),
    changed: (service, state) => {
      this.#breakers[state].inc({ service });
      this.#breakerStates.set({ service }, stateValues[state]);
    },
  };

  readonly cacheCounts: CacheCounts = {
    hit: () => this.#cacheHits.inc(),
    missed: () => this.#cacheMisses.inc(),
    invalidated: (entries) => this.#cacheInvalidations.inc(entries),
  };

  /** A pool's gauge, asked when the metrics are. Nothing is shown of a pool that never opened. */
  addPool(service: Dependency, connections: () => number | undefined): void {
    this.#pools.set(service, connections);
  }

  readonly #pools = new Map<Dependency, () => number | undefined>();
  readonly #poolGauge: promClient.Gauge = new Gauge({
    name: "pool_connections",
    help: "Connections that a pool holds.",
    labelNames: ["service"],
    registers: [this.#registry],
    collect: () => {
      for (const [service, connections] of this.#pools)
        this.#poolGauge.set({ service }, connections() ?? 0);
    },
  });

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  async text(): Promise<string> {
    return [await this.#registry.metrics(), this.#requests.text(), await this.#process.text()].join(
      "\n",
    );
  }

  #counter(name: string, help: string, labelNames: readonly string[] = []): promClient.Counter {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): promClient.Gauge {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }
}
