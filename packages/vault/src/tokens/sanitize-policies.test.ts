import { expect, test } from "vitest";
import { sanitizePolicies } from "./sanitize-policies.ts";

test.each([
  [["b", "a", "B", " a ", "", "  "], false, ["a", "b"]],
  [["b"], true, ["b", "default"]],
  [[], true, ["default"]],
  [[], false, []],
  [["a", "ROOT", "b"], true, ["root"]],
  [["default", "a"], true, ["a", "default"]],
])("%j, default added: %j", (names, addDefault, expected) => {
  expect(sanitizePolicies(names, addDefault)).toEqual(expected);
});
