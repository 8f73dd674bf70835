import { collectDefaultMetrics, Registry } from "prom-client";

const keptMs = 1000;

/** What Node says of its process. Collecting it costs more than all the rest, so it is kept for a second. */
export class ProcessMetrics {
  #registry: Registry | undefined;
  #text: Promise<string> = Promise.resolve("");
  #collectedAt = 0;

  async text(): Promise<string> {
    if (!this.#registry) {
      this.#registry = new Registry(); // its observers start with the first who asks
      collectDefaultMetrics({ register: this.#registry });
    }
    if (Date.now() - this.#collectedAt >= keptMs) {
      this.#collectedAt = Date.now();
      this.#text = this.#registry.metrics();
    }
    return this.#text;
  }
}
