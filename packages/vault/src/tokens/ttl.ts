import { formatDuration } from "../core/duration.ts";

/** All in seconds; 0 for not given. */
export interface TtlLimits {
  readonly requested: number;
  readonly backendTtl: number;
  readonly backendMaxTtl: number;
  readonly period: number;
  readonly explicitMaxTtl: number;
  readonly defaultLeaseTtl: number;
  readonly maxLeaseTtl: number;
  /** How long ago the lease began. */
  readonly age: number;
}

export interface EffectiveTtl {
  readonly ttl: number;
  readonly warnings: readonly string[];
}

/** How long a lease may last from now, with a warning where that is less than was asked for; none is left: undefined. */
export function effectiveTtl(limits: TtlLimits): EffectiveTtl | undefined {
  const max = Math.min(
    ...[limits.maxLeaseTtl, limits.backendMaxTtl, limits.explicitMaxTtl].filter(
      (seconds) => seconds > 0,
    ),
  );
  const warnings: string[] = [];
  let ttl: number;
  let left: number;
  if (limits.period > 0) {
    ttl = Math.min(limits.period, max);
    if (limits.period > max) {
      warnings.push(
        `period of "${formatDuration(limits.period)}" exceeded the effective max_ttl of "${formatDuration(max)}"; period value is capped accordingly`,
      );
    }
    left =
      limits.explicitMaxTtl > 0 ? limits.explicitMaxTtl - limits.age : Number.POSITIVE_INFINITY;
  } else {
    ttl = limits.requested || limits.backendTtl || limits.defaultLeaseTtl;
    left = max - limits.age;
  }
  if (left <= 0) return undefined;
  if (ttl > left) {
    warnings.push(
      `TTL of "${formatDuration(ttl)}" exceeded the effective max_ttl of "${formatDuration(left)}"; TTL value is capped accordingly`,
    );
    ttl = left;
  }
  return { ttl, warnings };
}
