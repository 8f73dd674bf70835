import type { Row } from "../report.ts";
import { type ApiName, apiMains } from "./api-stack.ts";
import type { Samples } from "./samples.ts";

const apis = Object.keys(apiMains) as ApiName[];

/** What `/health/` is compared with, and how many times its rate it is to be. */
const healthGoals: readonly { readonly base: string; readonly atLeast?: number }[] = [
  { base: "hand-made", atLeast: 0.9 },
  { base: "express, hand-made", atLeast: 5 },
  { base: "express" },
  { base: "fastapi, middleware", atLeast: 10 },
  { base: "fastapi" },
  { base: "node:http" },
];

/** The table: rates with their goals, and the processor time a request, which says the same where others load the machine. */
export function apiRows(samples: Samples, crowds: readonly number[]): readonly Row[] {
  const against = (name: string): NonNullable<Row["base"]> => ({ name, samples: samples.of(name) });
  const compared = (
    title: string,
    unit: string,
    [own, base]: readonly [string, string],
    goal: Pick<Row, "goal" | "atLeast"> = {},
  ): Row => ({ name: title, unit, samples: samples.of(own), base: against(base), ...goal });

  return [
    ...apis.flatMap((api) =>
      healthGoals.map(({ base, ...goal }) =>
        compared(`/health/, ${api}`, "/s", [`${api} rate`, `${base} rate`], goal),
      ),
    ),
    ...apis.flatMap((api) =>
      healthGoals.map(({ base, atLeast }) =>
        compared(
          `/health/, ${api}, processor`,
          "µs",
          [`${api} cpu`, `${base} cpu`],
          atLeast === undefined ? {} : { goal: Number((1 / atLeast).toFixed(2)) },
        ),
      ),
    ),
    compared("(hand-made)", "/s", ["hand-made rate", "node:http rate"]),
    compared("(hand-made, processor)", "µs", ["hand-made cpu", "node:http cpu"]),
    ...["GET", "SELECT"].flatMap((what) =>
      apis.flatMap((api) => {
        const rate = `${api} ${what} rate`;
        return [
          compared(`${what}, ${api}`, "/s", [rate, `drivers ${what} rate`], { atLeast: 0.9 }),
          compared(`${what}, ${api}`, "/s", [rate, `alone ${what} rate`], { atLeast: 0.9 }),
          compared("(its processor)", "µs", [`${api} ${what} cpu`, `drivers ${what} cpu`]),
        ];
      }),
    ),
    compared("/health/ over TLS", "/s", ["https rate", "reference-api rate"]),
    ...crowds.flatMap((crowd) => [
      compared(
        `/health/, ${crowd} connections`,
        "/s",
        [`reference-api × ${crowd} rate`, `hand-made × ${crowd} rate`],
        { atLeast: 0.9 },
      ),
      compared(`(p99)`, "ms", [`reference-api × ${crowd} p99`, `hand-made × ${crowd} p99`]),
    ]),
    ...apis.flatMap((api) => [
      { name: `${api}, start`, unit: "ms", samples: samples.of(`${api} start`), goal: 300 },
      compared(`(its processor)`, "ms", [`${api} start cpu`, "node:http start cpu"]),
      { name: `${api}, memory`, unit: "MB", samples: samples.of(`${api} memory`), goal: 500 },
    ]),
    compared("(load generator's ceiling)", "/s", ["canned answer rate", "hand-made rate"]),
    { name: "(load generator, of a core)", unit: "%", samples: samples.of("generator") },
  ];
}
