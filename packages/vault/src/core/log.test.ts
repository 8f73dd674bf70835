import { expect, test } from "vitest";
import { LeveledLog, logLevelOf } from "./log.ts";

const now = (): Date => new Date("2026-01-02T03:04:05.678Z");

test("writes lines of the level that is set and above it", () => {
  const lines: string[] = [];
  const leveled = new LeveledLog((text) => lines.push(text), now);
  leveled.log("a");
  leveled.log("b", "debug");
  leveled.log("c", "error");
  leveled.level = "error";
  leveled.log("d", "warn");
  leveled.level = "trace";
  leveled.log("e", "trace");
  expect(lines).toEqual([
    "2026-01-02T03:04:05.678Z [INFO]  a\n",
    "2026-01-02T03:04:05.678Z [ERROR] c\n",
    "2026-01-02T03:04:05.678Z [TRACE] e\n",
  ]);
});

test.each([
  ["info", "info"],
  [" WARNING", "warn"],
  ["err", "error"],
  ["Trace", "trace"],
  ["loud", undefined],
  ["", undefined],
])("%s means %s", (word, level) => {
  expect(logLevelOf(word)).toBe(level);
});
