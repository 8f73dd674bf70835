import { inspect } from "node:util";
import { expect, it } from "vitest";
import { defineErrors, DevStackError } from "./errors.ts";
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
