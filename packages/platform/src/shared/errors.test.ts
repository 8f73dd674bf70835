import { inspect } from "node:util";
import { expect, it } from "vitest";
import { defineErrors, DevStackError, toDevStackError } from "./errors.ts";
import { nearest } from "./nearest.ts";
import { Secret } from "./secret.ts";

it("makes errors with the table's code and exit, and carries them through JSON", () => {
  const errors = defineErrors({ DS_FULL: { exit: 4, summary: "full" } });
  const error = errors.DS_FULL("disk full", { hint: "free some", details: { path: "/x" } });
  const again = DevStackError.fromJSON(JSON.parse(JSON.stringify(error)));
  expect(again).toMatchObject({
    code: "DS_FULL",
    exit: 4,
    message: "disk full",
    hint: "free some",
    details: { path: "/x" },
  });
});

it("knows a full disk wherever it is met, and leaves its own errors as they are", () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
  });
  expect(toDevStackError(full)).toMatchObject({ code: "DS_DISK_FULL", exit: 1, cause: full });
  const own = new DevStackError("DS_X", 4, "x");
  expect(toDevStackError(own)).toBe(own);
  expect(toDevStackError("thrown")).toMatchObject({ code: "DS_INTERNAL", message: "thrown" });
});

it("shows no secret in any of the ways in which a value is printed", () => {
  const secret = new Secret("hunter2");
  const shown = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }),
    inspect(new Error("x", { cause: secret })),
  ];
  for (const text of shown) expect(text).not.toContain("hunter2");
  expect(secret.reveal()).toBe("hunter2");
});

it("finds the name that was meant, and none where none is near", () => {
  expect(nearest("postgers", ["mysql", "postgres"])).toBe("postgres");
  expect(nearest("kafka", ["mysql", "postgres"])).toBeUndefined();
});
