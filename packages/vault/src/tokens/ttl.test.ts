import { expect, test } from "vitest";
import { effectiveTtl, type TtlLimits } from "./ttl.ts";

const hour = 3600;
const none: TtlLimits = {
  requested: 0,
  backendTtl: 0,
  backendMaxTtl: 0,
  period: 0,
  explicitMaxTtl: 0,
  defaultLeaseTtl: 10 * hour,
  maxLeaseTtl: 30 * hour,
  age: 0,
};

const capped = (asked: string, left: string): string =>
  `TTL of "${asked}" exceeded the effective max_ttl of "${left}"; TTL value is capped accordingly`;

test.each<[string, Partial<TtlLimits>, number | undefined, string[]]>([
  ["nothing given: the mount's", {}, 10 * hour, []],
  ["the role's before the mount's", { backendTtl: 5 }, 5, []],
  ["what is asked for before the role's", { requested: 7, backendTtl: 5 }, 7, []],
  ["just the most", { requested: 30 * hour }, 30 * hour, []],
  ["more than the mount's most", { requested: 31 * hour }, 30 * hour, [capped("31h", "30h")]],
  ["more than the role's most", { requested: 9, backendMaxTtl: 8 }, 8, [capped("9s", "8s")]],
  [
    "more than the token's own most",
    { requested: 9, backendMaxTtl: 8, explicitMaxTtl: 7 },
    7,
    [capped("9s", "7s")],
  ],
  [
    "more than what is left of it",
    { requested: 9, explicitMaxTtl: 10, age: 4 },
    6,
    [capped("9s", "6s")],
  ],
  ["one second left", { requested: 1, explicitMaxTtl: 10, age: 9 }, 1, []],
  ["nothing left", { explicitMaxTtl: 10, age: 10 }, undefined, []],
  ["less than nothing left", { age: 31 * hour }, undefined, []],
  ["a period, whatever is asked", { period: hour, requested: 2 * hour, backendTtl: 5 }, hour, []],
  ["a period never ends by the mount's most", { period: hour, age: 1000 * hour }, hour, []],
  [
    "a period beyond the mount's most",
    { period: 40 * hour },
    30 * hour,
    ['period of "40h" exceeded the effective max_ttl of "30h"; period value is capped accordingly'],
  ],
  ["a period as long as the most", { period: 30 * hour }, 30 * hour, []],
  [
    "a period, near the token's own most",
    { period: 20, explicitMaxTtl: 100, age: 90 },
    10,
    [capped("20s", "10s")],
  ],
  [
    "a period beyond the token's own most",
    { period: 200, explicitMaxTtl: 100, age: 10 },
    90,
    [
      'period of "3m20s" exceeded the effective max_ttl of "1m40s"; period value is capped accordingly',
      capped("1m40s", "1m30s"),
    ],
  ],
  [
    "a period, past the token's own most",
    { period: 20, explicitMaxTtl: 100, age: 100 },
    undefined,
    [],
  ],
])("%s", (_, given, ttl, warnings) => {
  expect(effectiveTtl({ ...none, ...given })).toEqual(
    ttl === undefined ? undefined : { ttl, warnings },
  );
});
