import { expect, it } from "vitest";
import { parseDuration } from "./parse-duration.ts";

it.each([
  ["500ms", 500],
  ["60s", 60_000],
  ["1.5m", 90_000],
  ["2h", 7_200_000],
  ["7", 7000],
])("reads %s", (text, expected) => expect(parseDuration("--timeout", text)).toBe(expected));

it.each(["", "s", "-1s", "1 s", "1d", "1e3", "1s\n"])("refuses %j", (text) =>
  expect(() => parseDuration("--timeout", text)).toThrow(/--timeout takes a time such as 60s/),
);
