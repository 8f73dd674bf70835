import type { Difference } from "./compare.ts";

/** Differences that stay, each with its reason. Expressions are tried on the whole text. */
interface KnownDifference {
  readonly request?: RegExp;
  readonly where?: RegExp;
  readonly ours?: RegExp;
  readonly reference?: RegExp;
  readonly section?: RegExp;
  readonly reason: string;
}

export const knownDifferences: readonly KnownDifference[] = [];

export function reasonFor(difference: Difference): string | undefined {
  return knownDifferences.find((known) =>
    (["section", "request", "where", "ours", "reference"] as const).every(
      (name) => known[name]?.test(difference[name]) ?? true,
    ),
  )?.reason;
}
