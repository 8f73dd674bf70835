import { handlerOf, type Call, type Route } from "./route.ts";
import type { Operation } from "../core/request.ts";

export interface Match<C> {
  readonly route: Route<C>;
  readonly params: Readonly<Record<string, string>>;
}

interface Compiled<C> {
  readonly route: Route<C>;
  readonly segments: readonly string[];
}

/** An engine's paths. The first that fits decides, so the particular ones come before the general. */
export class RouteTable<C = Call> {
  /** By first segment, so that finding a route does not try all of them. */
  readonly #byHead = new Map<string, Compiled<C>[]>();
  readonly #anyHead: Compiled<C>[] = [];

  constructor(routes: readonly Route<C>[]) {
    for (const route of routes) {
      const segments = route.path.split("/");
      const head = segments[0] ?? "";
      const compiled = { route, segments };
      if (/^[:*]/.test(head)) this.#anyHead.push(compiled);
      else if (this.#byHead.has(head)) this.#byHead.get(head)?.push(compiled);
      else this.#byHead.set(head, [compiled]);
    }
  }

  /** `path` is relative to the mount. A slash at its end fits with and without. */
  find(path: string, operation: Operation): Match<C> | undefined {
    const segments = path.split("/");
    const named = this.#byHead.get(segments[0] ?? "") ?? [];
    let unsupported: Match<C> | undefined;
    for (const { route, segments: pattern } of [...named, ...this.#anyHead]) {
      const params = match(pattern, segments);
      if (params === undefined) continue;
      // Only what can be listed has a form with a slash at its end; the others are no path at all then.
      if (
        pattern.length < segments.length &&
        !pattern.at(-1)?.startsWith("*") &&
        route.list === undefined
      )
        continue;
      if (handlerOf(route, operation) !== undefined) return { route, params };
      unsupported ??= { route, params };
    }
    return unsupported;
  }
}

function match(
  pattern: readonly string[],
  path: readonly string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith("*")) {
      if (path.length <= index) return undefined;
      params[part.slice(1)] = path.slice(index).join("/");
      return params;
    }
    const given = path[index];
    if (given === undefined) return undefined;
    if (part.startsWith(":")) {
      if (given === "") return undefined;
      params[part.slice(1)] = given;
    } else if (part !== given) return undefined;
  }
  const rest = path.slice(pattern.length);
  return rest.length === 0 || (rest.length === 1 && rest[0] === "") ? params : undefined;
}
