import type { Registry } from "prom-client";

const keptMs = 1000;

/** What Node says of its process. Collecting it costs more than all the rest, so it is kept for a second. */
export class ProcessMetrics {
  #registry: Promise<Registry> | undefined;
  #text: Promise<string> = Promise.resolve("");
  #collectedAt = 0;

  async text(): Promise<string> {
    this.#registry ??= startObserving();
    if (Date.now() - this.#collectedAt >= keptMs) {
      this.#collectedAt = Date.now();
      this.#text = this.#registry.then(async (registry) => registry.metrics());
    }
    return this.#text;
  }
}

/** Its observers run from the first who asks. */
async function startObserving(): Promise<Registry> {
  const { collectDefaultMetrics, Registry } = (await import("prom-client")).default;
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register;
}
