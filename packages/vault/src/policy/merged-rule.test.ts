import { describe, expect, test } from "vitest";
import { MergedRule } from "./merged-rule.ts";
import { parsePolicy, type PathRule } from "./policy.ts";

function rule(block: string): PathRule {
  const [parsed] = parsePolicy("p", `path "a" { ${block} }`).rules;
  if (parsed === undefined) throw new Error("no rule");
  return parsed;
}

function merged(...blocks: readonly string[]): MergedRule {
  const [first = "", ...others] = blocks;
  const all = new MergedRule(rule(first));
  for (const block of others) all.merge(rule(block));
  return all;
}

function both(one: string, other: string): MergedRule[] {
  return [merged(one, other), merged(other, one)];
}

describe("two rules for one path", () => {
  test("unite what they grant", () => {
    for (const all of both('capabilities = ["read"]', 'capabilities = ["update", "list"]')) {
      expect(all.capabilities()).toEqual(["list", "read", "update"]);
      expect(all.grants).toBe(true);
    }
  });

  test("grant nothing where one denies, whatever comes after", () => {
    const all = merged(
      'capabilities = ["read"]',
      'capabilities = ["deny"]',
      'capabilities = ["list"]',
    );
    expect(all.capabilities()).toEqual(["deny"]);
    expect([all.has("deny"), all.has("read"), all.has("list"), all.grants]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test("of which none says anything grant nothing", () => {
    expect(merged("").capabilities()).toEqual(["deny"]);
    expect(merged("").grants).toBe(false);
  });

  test("unite the parameters and values that they allow", () => {
    for (const all of both(
      'allowed_parameters = { "a" = ["1"], "b" = ["1"] }',
      'allowed_parameters = { "a" = ["2"], "c" = [] }',
    )) {
      expect(all.allowsParameters({ a: "1", b: "1", c: "any" })).toBe(true);
      expect(all.allowsParameters({ a: "2" })).toBe(true);
      expect(all.allowsParameters({ a: "3" })).toBe(false);
      expect(all.allowsParameters({ b: "2" })).toBe(false);
    }
  });

  test("let any value in where one of them does", () => {
    for (const all of both(
      'allowed_parameters = { "a" = ["1"] }',
      'allowed_parameters = { "a" = [] }',
    ))
      expect(all.allowsParameters({ a: "2" })).toBe(true);
  });

  test("unite the parameters that they deny and require", () => {
    for (const all of both(
      'denied_parameters = { "a" = ["1"] } required_parameters = ["x"]',
      'denied_parameters = { "a" = ["2"] } required_parameters = ["y"]',
    )) {
      expect(all.allowsParameters({ x: 1, y: 1, a: "3" })).toBe(true);
      expect(all.allowsParameters({ x: 1, y: 1, a: "1" })).toBe(false);
      expect(all.allowsParameters({ x: 1, y: 1, a: "2" })).toBe(false);
      expect(all.allowsParameters({ x: 1 })).toBe(false);
      expect(all.allowsParameters({ y: 1 })).toBe(false);
    }
  });

  test("take the shorter of the wrapping times, and the one that there is", () => {
    for (const all of both('max_wrapping_ttl = "90s"', 'max_wrapping_ttl = "60s"')) {
      expect([all.allowsWrapping(60), all.allowsWrapping(61)]).toEqual([true, false]);
    }
    for (const all of both('min_wrapping_ttl = "20s"', 'min_wrapping_ttl = "10s"')) {
      expect([all.allowsWrapping(10), all.allowsWrapping(9)]).toEqual([true, false]);
    }
    for (const all of both("", 'max_wrapping_ttl = "60s" min_wrapping_ttl = "10s"')) {
      expect([9, 10, 60, 61, 0].map((ttl) => all.allowsWrapping(ttl))).toEqual([
        false,
        true,
        true,
        false,
        false,
      ]);
    }
  });
});

test.each([
  ["", 0, true],
  ["", 60, true],
  ['max_wrapping_ttl = "60s"', 0, false],
  ['max_wrapping_ttl = "60s"', 1, true],
  ['min_wrapping_ttl = "60s"', 0, false],
  ['min_wrapping_ttl = "60s"', 100, true],
])("%j lets an answer be wrapped for %d s: %j", (block, ttl, allowed) => {
  expect(merged(block).allowsWrapping(ttl)).toBe(allowed);
});

describe("a value", () => {
  test.each([
    ['"abc"', "abc", true],
    ['"abc"', "abcd", false],
    ['"abc"', "ab", false],
    ['"ab*"', "ab", true],
    ['"ab*"', "abc", true],
    ['"ab*"', "xab", false],
    ['"ab*"', "a", false],
    ['"*bc"', "abc", true],
    ['"*bc"', "bcx", false],
    ['"*bc"', "c", false],
    ['"*b*"', "abc", true],
    ['"*b*"', "*b*", true],
    ['"*b*"', "ac", false],
    ['"*"', "anything", true],
    ['"**"', "anything", true],
    ['"**"', "", true],
    ['"a*c"', "abc", false],
    ['"a*c"', "a*c", true],
    ["1", 1, true],
    ["1", 2, false],
    ["1", "1", false],
    ['"1"', 1, false],
    ['"1*"', 1, false],
    ["true", true, true],
    ["true", false, false],
    ["[1]", [1], false],
    ["{}", {}, false],
  ])("%s holds %j: %j", (pattern, value, held) => {
    expect(
      merged(`allowed_parameters = { "p" = [${pattern}] }`).allowsParameters({ p: value }),
    ).toBe(held);
    expect(
      merged(`denied_parameters = { "p" = [${pattern}] }`).allowsParameters({ p: value }),
    ).toBe(!held);
  });
});

describe("parameters", () => {
  test("are all allowed where none is named", () => {
    expect(merged("").allowsParameters({ a: 1 })).toBe(true);
    expect(merged('denied_parameters = { "b" = [] }').allowsParameters({ a: 1 })).toBe(true);
  });

  test("that are denied by a star may still not be there at all", () => {
    const all = merged('denied_parameters = { "*" = [] } allowed_parameters = { "a" = [] }');
    expect(all.allowsParameters({})).toBe(true);
    expect(all.allowsParameters({ a: 1 })).toBe(false);
  });

  test("that are required count in lower case only, as Vault has it", () => {
    const all = merged('required_parameters = ["Reason"]');
    expect(all.allowsParameters({ reason: 1 })).toBe(true);
    expect(all.allowsParameters({ Reason: 1 })).toBe(false);
    expect(merged('required_parameters = ["constructor"]').allowsParameters({})).toBe(false);
  });
});
