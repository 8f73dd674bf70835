import type { OperationId } from "@devstack/api-kit";
import type { TSchema } from "typebox";

/** As OpenAPI describes one. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: TSchema;
  readonly example?: unknown;
}

/** A shape under a content type, with an example that the contract's tests use. */
export type Content = Readonly<
  Record<string, { readonly schema: TSchema; readonly example?: unknown }>
>;

/** What a status means, and what comes with it. */
export interface Answer {
  readonly description: string;
  readonly headers: Readonly<Record<string, object>>;
  readonly content?: Content;
}

/**
 * One operation, described once: the server validates and serialises by it, and the OpenAPI document is made of it.
 * What the operation does is the kit's, by the same id.
 */
export interface Route {
  readonly operationId: OperationId;
  readonly method: "GET" | "POST" | "DELETE";
  /** As OpenAPI writes it: `/examples/cache/{key}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: { readonly required: true; readonly content: Content };
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** What the document says besides: words of its own, with `x-`. */
  readonly extensions?: Readonly<Record<`x-${string}`, unknown>>;
}
