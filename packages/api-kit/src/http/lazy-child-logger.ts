import type { FastifyBaseLogger } from "fastify";

const levels = ["fatal", "error", "warn", "info", "debug", "trace"] as const;

/**
 * A logger whose lines carry the request's id, made when the first line is written: few requests write any but the
 * one at their end, and a child logger for each costs more than that line.
 */
export function lazyChildLogger(
  logger: FastifyBaseLogger,
  bindings: Readonly<Record<string, unknown>>,
): FastifyBaseLogger {
  return new LazyChild(logger, bindings) as unknown as FastifyBaseLogger;
}

class LazyChild {
  readonly #parent: FastifyBaseLogger;
  readonly #bindings: Readonly<Record<string, unknown>>;
  #child: FastifyBaseLogger | undefined;

  constructor(parent: FastifyBaseLogger, bindings: Readonly<Record<string, unknown>>) {
    this.#parent = parent;
    this.#bindings = bindings;
  }

  get own(): FastifyBaseLogger {
    this.#child ??= this.#parent.child(this.#bindings);
    return this.#child;
  }

  get level(): string {
    return this.#parent.level;
  }

  child(...args: Parameters<FastifyBaseLogger["child"]>): FastifyBaseLogger {
    return this.own.child(...args);
  }

  silent(): void {}
}

for (const level of levels)
  Object.defineProperty(LazyChild.prototype, level, {
    value(this: LazyChild, ...args: Parameters<FastifyBaseLogger["info"]>) {
      return this.own[level](...args);
    },
  });
