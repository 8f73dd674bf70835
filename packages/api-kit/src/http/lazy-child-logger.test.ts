import { pino } from "pino";
import { expect, it, vi } from "vitest";
import { lazyChildLogger } from "./lazy-child-logger.ts";

const lines: Record<string, unknown>[] = [];
const parent = pino(
  { level: "debug", base: null },
  { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
);

it("makes no child before the first line, and one for all of them", () => {
  const making = vi.spyOn(parent, "child");
  const logger = lazyChildLogger(parent, { request_id: "mine" });
  expect(logger.level).toBe("debug");
  expect(making).not.toHaveBeenCalled();
  logger.info("one");
  logger.error({ status: 500 }, "two");
  logger.trace("below the level");
  expect(making).toHaveBeenCalledTimes(1);
  expect(lines.splice(0)).toMatchObject([
    { request_id: "mine", msg: "one" },
    { request_id: "mine", msg: "two", status: 500 },
  ]);
});

it("has children whose lines carry both their own and its", () => {
  const child = lazyChildLogger(parent, { request_id: "mine" }).child({ service: "redis" });
  child.warn("down");
  expect(lines.splice(0)).toMatchObject([{ request_id: "mine", service: "redis", msg: "down" }]);
});
