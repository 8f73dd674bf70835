import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "./errors.ts";

export interface EventuallyOptions {
  /** How long to go on trying, in milliseconds. */
  readonly deadlineMs: number;
  /** Pause between two tries, in milliseconds; 20 unless said. */
  readonly intervalMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told why each try failed: an abort rejects with the signal's reason, which does not tell. */
  readonly onFailure?: (reason: unknown) => void;
}

/**
 * Tries until `attempt` resolves, and gives its value. Rejects at the deadline with the last reason, at once when
 * the signal aborts. The last try may begin just before the deadline, so `attempt` needs a time limit of its own.
 */
export async function eventually<T>(
  attempt: () => Promise<T>,
  options: EventuallyOptions,
): Promise<T> {
  const end = performance.now() + options.deadlineMs;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!options.signal?.aborted) options.onFailure?.(error);
      if (performance.now() >= end) {
        throw new Error(`not so within ${options.deadlineMs} ms: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
    await delay(options.intervalMs ?? 20, undefined, { signal: options.signal });
  }
}
