import type { FastifyRequest } from "fastify";
import type { ApiContext } from "../context.ts";
import type { RateClass } from "../settings/read-settings.ts";

/** What an operation is given of a request, already validated and coerced by the contract's schemas. */
export interface OperationInput {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly request: FastifyRequest;
  /** Called once the operation's answer is written (true), or another one is, or none can be any more (false). */
  onAnswered(callback: (delivered: boolean) => void): void;
}

/** Gives the answer, or a promise of it. */
export type Operation = (context: ApiContext, input: OperationInput) => unknown;

/** An answer whose text is made here, not by the contract's serialiser. */
export class Page {
  readonly contentType: string;
  readonly content: string | Buffer;
  /** As `Content-Security-Policy` says it: what a browser that shows the page may load and do for it. */
  readonly policy: string;

  constructor(contentType: string, content: string | Buffer, policy = nothingAllowed) {
    this.contentType = contentType;
    this.content = content;
    this.policy = policy;
  }
}

const nothingAllowed = "default-src 'none'; frame-ancestors 'none'";

/** How long an operation's answers are kept, and under which names. */
export interface CachePolicy {
  readonly namespace: string;
  readonly ttlSeconds: number;
}

/** What the middleware has to know of an operation; the rest is general and not cached. */
export interface OperationPolicy {
  readonly rateClass?: RateClass;
  readonly cache?: CachePolicy;
}
