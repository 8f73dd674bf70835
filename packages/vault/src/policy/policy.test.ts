import { describe, expect, test } from "vitest";
import { parsePolicy, PolicyError } from "./policy.ts";

describe("what a policy is written in", () => {
  test("HCL with comments, heredocs, escapes and trailing commas", () => {
    const { rules } = parsePolicy(
      "p",
      `# one
       /* two */ path "secret/\\"a\\"/*" { // three
         capabilities = ["read", "list",]
         comment = <<-EOT
           free text { " }
         EOT
         allowed_parameters { "n" = [1, true, "x"] }
       }
       path "b" { policy = "write" }`,
    );
    expect(rules.map(({ path }) => path)).toEqual(['secret/"a"/*', "b"]);
    expect([...(rules[0]?.capabilities ?? [])]).toEqual(["read", "list"]);
    expect(rules[0]?.allowed.get("n")).toEqual([1, true, "x"]);
    expect([...(rules[1]?.capabilities ?? [])].toSorted()).toEqual([
      "create",
      "delete",
      "list",
      "read",
      "update",
    ]);
  });

  test("JSON", () => {
    const { rules } = parsePolicy(
      "p",
      `{"path": {"a/*": {"capabilities": ["read"], "required_parameters": ["x"]}, "b": {"policy": "deny"}}}`,
    );
    expect(rules.map(({ path }) => path)).toEqual(["a/*", "b"]);
    expect(rules[0]?.required).toEqual(["x"]);
    expect(rules[1]?.capabilities.has("deny")).toBe(true);
  });

  test("a leading slash does not count", () => {
    expect(parsePolicy("p", `path "/a" { capabilities = ["read"] }`).rules[0]?.path).toBe("a");
  });
});

test.each([
  [`path "a" { capabilities = ["fly"] }`, "invalid capability"],
  [`path "a" { capability = ["read"] }`, "invalid key"],
  [`paths "a" { }`, "invalid key"],
  [`path "a+*" { capabilities = ["read"] }`, "'+*' is forbidden"],
  [`path "a" { capabilities = ["read"] `, "not closed"],
  [`path "a" { capabilities = ["read" }`, "not closed"],
  [`path "a`, "not closed"],
  [`path "a" { min_wrapping_ttl = "2m" max_wrapping_ttl = "1m" }`, "cannot be less"],
  [`path "a" ${"{ x = ".repeat(100)}`, "nested too deeply"],
  [`{"path": 3}`, "path is no object"],
])("%s is refused", (text, why) => {
  expect(() => parsePolicy("p", text)).toThrow(PolicyError);
  expect(() => parsePolicy("p", text)).toThrow(why);
});
