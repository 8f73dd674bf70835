import type { View } from "../barrier/view.ts";
import type { Fields } from "../core/fields.ts";
import type { Answer, Operation, VaultRequest } from "../core/request.ts";

/** What a handler is called with. */
export interface Call {
  readonly request: VaultRequest;
  readonly operation: Operation;
  /** The named parts of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly fields: Fields;
  /** The mount's own part of the barrier. */
  readonly view: View;
  readonly system: SystemView;
}

/** What a mount is told of the server. */
export interface SystemView {
  readonly now: Date;
  /** The path under /v1/, ending in "/". */
  readonly mountPath: string;
  /** Seconds. */
  readonly defaultLeaseTtl: number;
  readonly maxLeaseTtl: number;
}

type Handled = Answer | undefined;
export type Handler<C = Call> = (call: C) => Handled | Promise<Handled>;

export interface Route<C = Call> {
  /** Segments; `:name` takes one, `*name` at the end takes the rest (nothing, too, after a slash). */
  readonly path: string;
  /** Whatever comes with a request is stored: no parameter is unknown. Else that is what no handler looked for. */
  readonly takesAnything?: boolean;
  /** Parameters that are known, beyond those that a handler looks for. */
  readonly alsoTakes?: readonly string[];
  /** Served without a token. */
  readonly open?: boolean;
  /** Throws before the caller's token is looked at. */
  readonly admits?: (call: C) => void;
  /** Needs the sudo capability too. */
  readonly sudo?: boolean;
  /** Where it is given, a write to what is not there is `create`, not `update`. */
  readonly exists?: (call: C) => boolean;
  readonly read?: Handler<C>;
  readonly list?: Handler<C>;
  /** Both create and update. */
  readonly write?: Handler<C>;
  readonly patch?: Handler<C>;
  readonly delete?: Handler<C>;
}

export function handlerOf<C>(route: Route<C>, operation: Operation): Handler<C> | undefined {
  return operation === "create" || operation === "update" ? route.write : route[operation];
}
