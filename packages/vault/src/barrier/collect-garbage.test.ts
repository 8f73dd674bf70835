import { expect, test } from "vitest";
import { collectGarbage } from "./collect-garbage.ts";

test("what nothing refers to is freed at once, and the means to do so is not left open", async () => {
  const reference = (() => new WeakRef({ bytes: Buffer.alloc(10) }))();
  await new Promise(setImmediate);
  expect(reference.deref()).toBeDefined();
  await new Promise(setImmediate);
  collectGarbage();
  expect(reference.deref()).toBeUndefined();
  const { runInNewContext } = await import("node:vm");
  expect(runInNewContext("typeof gc")).toBe("undefined");
});
