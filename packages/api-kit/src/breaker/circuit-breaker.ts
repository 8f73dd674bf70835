import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  BrokenCircuitError,
  circuitBreaker,
  handleAll,
} from "cockatiel";
import {
  CircuitBreakerError,
  ServiceUnavailableError,
  TimeoutError,
} from "../errors/api-errors.ts";

export const dependencies = ["vault", "postgres", "mysql", "mongodb", "redis", "rabbitmq"] as const;
export type Dependency = (typeof dependencies)[number];

export type BreakerState = "closed" | "half_open" | "open";

export interface BreakerListener {
  /** One failure more, whether or not it opens the breaker. */
  failed(service: Dependency): void;
  changed(service: Dependency, state: BreakerState): void;
}

export const failuresToOpen = 5;
export const halfOpenAfterMs = 60_000;

/** Stops asking a dependency that failed five times in a row; lets one call try it again a minute later. */
export class CircuitBreaker {
  readonly service: Dependency;
  readonly #policy: CircuitBreakerPolicy;

  constructor(service: Dependency, listener: BreakerListener) {
    this.service = service;
    this.#policy = circuitBreaker(handleAll, {
      halfOpenAfter: halfOpenAfterMs,
      breaker: new ConsecutiveBreaker(failuresToOpen),
    });
    this.#policy.onFailure(() => listener.failed(service));
    this.#policy.onStateChange(() => listener.changed(service, this.state));
  }

  get state(): BreakerState {
    return states[this.#policy.state];
  }

  /**
   * Rejects with a CircuitBreakerError, and does not call, while it is open. Only outages and timeouts count as
   * failures: a dependency that says no is there.
   */
  async run<T>(call: () => Promise<T>): Promise<T> {
    const outcome = await this.#execute(async () => {
      try {
        return { value: await call() };
      } catch (error) {
        if (isOutage(error)) throw error;
        return { error };
      }
    });
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  /** For work in the background: it is left out while the breaker is not closed, and opens it never. */
  async runUncounted<T>(call: () => Promise<T>): Promise<T> {
    if (this.state !== "closed") throw this.#leftAlone();
    return call();
  }

  async #execute<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await this.#policy.execute(call);
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw this.#leftAlone();
    }
  }

  #leftAlone(): CircuitBreakerError {
    return new CircuitBreakerError(
      `${this.service} has failed repeatedly and is left alone for a minute.`,
      { service: this.service },
      { retrySuggestion: "Try again in a minute." },
    );
  }
}

function isOutage(error: unknown): boolean {
  return (
    error instanceof TimeoutError || (error instanceof ServiceUnavailableError && error.outage)
  );
}

const states: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: "closed",
  [CircuitState.HalfOpen]: "half_open",
  [CircuitState.Open]: "open",
  [CircuitState.Isolated]: "open",
};
