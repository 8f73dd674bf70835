import { expect, it } from "vitest";
import { differences } from "./differences.ts";

it.each([
  [{ a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
  [{ a: 1, b: 2 }, { a: 1, c: 2 }, ["/b: 2, nothing", "/c: nothing, 2"]],
  [{ a: [1, 2] }, { a: [1] }, ["/a/1: 2, nothing"]],
  [[], {}, ["all of it: [], {}"]],
  [null, {}, ["all of it: null, {}"]],
  ["x".repeat(200), "", [`all of it: "${"x".repeat(99)}…, ""`]],
])("compares %j with %j", (one, other, places) => {
  expect(differences(one, other)).toEqual(places);
});

it("names ten places at most", () => {
  expect(
    differences(
      Array.from({ length: 50 }, () => 1),
      [],
    ),
  ).toHaveLength(10);
});
