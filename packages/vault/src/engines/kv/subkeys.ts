import { isObject } from "../../core/fields.ts";

/** The keys of a value without what they hold: objects down to a depth (0 for all of it), null for the rest. */
export function subkeysOf(
  value: Readonly<Record<string, unknown>>,
  depth: number,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      isObject(inner) && Object.keys(inner).length > 0 && depth !== 1
        ? subkeysOf(inner, Math.max(0, depth - 1))
        : null,
    ]),
  );
}
