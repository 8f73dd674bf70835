import { cliErrors } from "./errors.ts";

const unitMs: Readonly<Record<string, number>> = {
  "": 1000,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** "500ms", "60s", "2m", "1h", or seconds without a unit; in milliseconds. */
export function parseDuration(option: string, text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (number !== "") return Number(number) * (unitMs[unit] ?? 1000);
  throw cliErrors.DS_USAGE(`${option} takes a time such as 60s or 2m, not ${JSON.stringify(text)}`);
}
