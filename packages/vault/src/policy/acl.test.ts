import { describe, expect, test } from "vitest";
import type { Operation } from "../core/request.ts";
import { Acl } from "./acl.ts";
import { parsePolicy } from "./policy.ts";

function acl(...texts: readonly string[]): Acl {
  return new Acl(texts.map((text, index) => parsePolicy(`p${index}`, text)));
}

function may(
  rules: Acl,
  operation: Operation,
  path: string,
  {
    data = {},
    sudo = false,
    wrapTtl = 0,
  }: { data?: Record<string, unknown>; sudo?: boolean; wrapTtl?: number } = {},
): boolean {
  return rules.allows({ operation, path, data, sudo, wrapTtl });
}

const read = (path: string): string => `path "${path}" { capabilities = ["read"] }`;
const list = (path: string): string => `path "${path}" { capabilities = ["list"] }`;
const deny = (path: string): string => `path "${path}" { capabilities = ["deny"] }`;

describe("which rule decides", () => {
  test("nothing is allowed without a rule", () => {
    expect(may(acl(), "read", "a")).toBe(false);
    expect(acl().capabilities("a")).toEqual(["deny"]);
  });

  test("an exact path covers itself alone", () => {
    const rules = acl(read("secret/a"));
    expect(may(rules, "read", "secret/a")).toBe(true);
    expect(may(rules, "read", "secret/a/b")).toBe(false);
    expect(may(rules, "read", "secret/ab")).toBe(false);
    expect(may(rules, "delete", "secret/a")).toBe(false);
  });

  test("a prefix covers what starts with it, also in the middle of a segment", () => {
    const rules = acl(read("secret/a*"));
    expect(may(rules, "read", "secret/a")).toBe(true);
    expect(may(rules, "read", "secret/abc/d")).toBe(true);
    expect(may(rules, "read", "secret/b")).toBe(false);
  });

  test("the exact path replaces the prefix, it does not add to it", () => {
    const rules = acl(
      `path "secret/*" { capabilities = ["read", "update"] }`,
      `path "secret/a" { capabilities = ["list"] }`,
    );
    expect(may(rules, "read", "secret/a")).toBe(false);
    expect(may(rules, "read", "secret/b")).toBe(true);
  });

  test("the longest prefix decides", () => {
    const rules = acl(read("secret/*"), deny("secret/private/*"));
    expect(may(rules, "read", "secret/x")).toBe(true);
    expect(may(rules, "read", "secret/private/x")).toBe(false);
  });

  test("the same path in two policies unites, and deny wins over all", () => {
    const both = acl(read("a"), `path "a" { capabilities = ["update"] }`);
    expect(both.capabilities("a")).toEqual(["read", "update"]);
    expect(acl(read("a"), deny("a")).capabilities("a")).toEqual(["deny"]);
    expect(acl(deny("a"), read("a")).capabilities("a")).toEqual(["deny"]);
    expect(acl(`path "a" { capabilities = ["deny", "read"] }`).capabilities("a")).toEqual(["deny"]);
  });

  test("a plus stands for one whole segment", () => {
    const rules = acl(read("secret/+/config"));
    expect(may(rules, "read", "secret/web/config")).toBe(true);
    expect(may(rules, "read", "secret/config")).toBe(false);
    expect(may(rules, "read", "secret/a/b/config")).toBe(false);
    expect(may(acl(read("+/x/*")), "read", "a/x/y/z")).toBe(true);
    expect(may(acl(read("a+/x")), "read", "ab/x")).toBe(false);
  });

  test.each([
    ["a later first wildcard", "secret/foo/*", "secret/+/bar", "secret/foo/bar"],
    ["no glob at the end", "secret/+/+", "secret/+/bar*", "secret/foo/bars"],
    ["fewer wildcards", "secret/+/bar/x", "secret/+/+/x", "secret/foo/bar/x"],
    ["the longer path", "secret/+/bar*", "secret/+/b*", "secret/foo/bars"],
  ])("among wildcards, %s wins", (_, winner, loser, path) => {
    expect(may(acl(read(winner), deny(loser)), "read", path)).toBe(true);
    expect(may(acl(deny(winner), read(loser)), "read", path)).toBe(false);
  });

  test("fewer wildcards win before the longer path does", () => {
    expect(may(acl(read("a/+/b*"), deny("a/+/+/c*")), "read", "a/x/bb/c")).toBe(true);
    expect(may(acl(deny("a/+/b*"), read("a/+/+/c*")), "read", "a/x/bb/c")).toBe(false);
  });

  test("fewer wildcards win though there are more segments", () => {
    expect(may(acl(read("a/+/b/c/d*"), deny("a/+/+/c*")), "read", "a/x/b/c/d")).toBe(true);
  });

  test("where all else is equal, the text decides", () => {
    expect(may(acl(read("a/+/b/+"), deny("a/+/+/c")), "read", "a/x/b/c")).toBe(true);
    expect(may(acl(deny("a/+/+/c"), read("a/+/b/+")), "read", "a/x/b/c")).toBe(true);
    expect(may(acl(deny("a/+/b/+"), read("a/+/+/c")), "read", "a/x/b/c")).toBe(false);
  });

  test("a prefix competes with wildcards by where its star is", () => {
    expect(may(acl(read("secret/foo*"), deny("secret/+/bar")), "read", "secret/foo/bar")).toBe(
      true,
    );
    expect(may(acl(read("secret/+/bar"), deny("sec*")), "read", "secret/foo/bar")).toBe(true);
    // Both at the same place: the one that ends in a star is the less specific.
    expect(may(acl(read("secret/+/bar"), deny("secret/*")), "read", "secret/foo/bar")).toBe(true);
  });

  test("a prefix may be everything, and may be the whole path", () => {
    expect(may(acl(read("*")), "read", "any/thing")).toBe(true);
    expect(may(acl(read("a/b*"), deny("a*")), "read", "a/b")).toBe(true);
  });

  test.each([
    ["+/b", "a/b", true],
    ["+/b", "a/c/b", false],
    ["a/+", "a/b", true],
    ["a/+", "a", false],
    ["a/+", "a/b/c", false],
    ["a/+/c*", "a/b/cd/e", true],
    ["a/+/c*", "a/b/d", false],
    ["a/+/c*", "a/b", false],
    ["a/+/c", "a/b/cd", false],
    ["a/+/c*", "ab/b/c", false],
    ["a/+/b/c*", "a/x/bb/c", false],
    ["a/b*/+", "a/bx/c", false],
    ["a/b+/c", "a/b+/c", true],
    ["a/b/+x", "a/b/+x", true],
    ["a/b/+x", "a/b/yx", false],
  ])("%s of %s is %s", (rule, path, allowed) => {
    expect(may(acl(read(rule)), "read", path)).toBe(allowed);
  });

  test("root may everything", () => {
    const root = new Acl([{ name: "root", raw: "", rules: [] }]);
    expect(may(root, "delete", "sys/anything", { sudo: true })).toBe(true);
    expect(root.capabilities("x")).toEqual(["root"]);
    expect(root.hasSudo("x")).toBe(true);
    expect(root.seesMount("x/")).toBe(true);
    expect(may(new Acl([{ name: "other", raw: "", rules: [] }]), "read", "x")).toBe(false);
  });
});

describe("list", () => {
  test("of a/ is covered by a rule for a, the one with the slash coming first", () => {
    expect(may(acl(list("secret/a")), "list", "secret/a/")).toBe(true);
    expect(may(acl(list("secret/a"), deny("secret/a/")), "list", "secret/a/")).toBe(false);
    expect(may(acl(list("secret/+")), "list", "secret/a/")).toBe(true);
    expect(may(acl(list("secret/+"), deny("secret/a*")), "list", "secret/a/")).toBe(false);
    expect(acl(list("secret/a")).capabilities("secret/a/")).toEqual(["list"]);
    expect(acl(list("secret/+")).capabilities("secret/a/")).toEqual(["list"]);
  });

  test("with the slash is of lists alone, and is of that one path", () => {
    expect(may(acl(read("secret/a")), "read", "secret/a/")).toBe(false);
    expect(may(acl(list("secret/")), "list", "secret/a")).toBe(false);
    expect(acl(`path "a" { capabilities = ["sudo"] }`).hasSudo("a/")).toBe(false);
    expect(acl(read("a")).hasSudo("a")).toBe(false);
    expect(acl().hasSudo("a")).toBe(false);
  });

  test("is not read", () => {
    expect(may(acl(read("a/*")), "list", "a/")).toBe(false);
    expect(may(acl(list("a/*")), "read", "a/b")).toBe(false);
  });
});

describe("sudo", () => {
  test("a protected path needs it beside the capability", () => {
    expect(may(acl(read("sys/x")), "read", "sys/x", { sudo: true })).toBe(false);
    const both = acl(`path "sys/x" { capabilities = ["read", "sudo"] }`);
    expect(may(both, "read", "sys/x", { sudo: true })).toBe(true);
    expect(both.hasSudo("sys/x")).toBe(true);
  });
});

const update = (more: string): Acl => acl(`path "a" { capabilities = ["update"] ${more} }`);

describe("parameters", () => {
  test("allowed ones only, by name and value, whatever their case", () => {
    const rules = update(`allowed_parameters = { "Name" = [], "size" = ["small", "x*"] }`);
    expect(may(rules, "update", "a", { data: { NAME: "any" } })).toBe(true);
    expect(may(rules, "update", "a", { data: { size: "small" } })).toBe(true);
    expect(may(rules, "update", "a", { data: { size: "xxl" } })).toBe(true);
    expect(may(rules, "update", "a", { data: { size: "large" } })).toBe(false);
    expect(may(rules, "update", "a", { data: { other: 1 } })).toBe(false);
    expect(may(rules, "update", "a")).toBe(true);
  });

  test("a star allows the rest but not other values of those that are named", () => {
    const rules = update(`allowed_parameters = { "size" = ["small"], "*" = [] }`);
    expect(may(rules, "update", "a", { data: { other: 1, size: "small" } })).toBe(true);
    expect(may(rules, "update", "a", { data: { size: "large" } })).toBe(false);
  });

  test("denied ones win", () => {
    const rules = update(
      `allowed_parameters = { "*" = [] } denied_parameters = { "secret" = [], "n" = [1] }`,
    );
    expect(may(rules, "update", "a", { data: { Secret: "x" } })).toBe(false);
    expect(may(rules, "update", "a", { data: { n: 1 } })).toBe(false);
    expect(may(rules, "update", "a", { data: { n: 2 } })).toBe(true);
    expect(may(update(`denied_parameters = { "*" = [] }`), "update", "a", { data: { x: 1 } })).toBe(
      false,
    );
  });

  test("that differ only in case are each looked at, so that none hides behind another", () => {
    const allowed = update(`allowed_parameters = { "size" = ["small"] }`);
    const denied = update(`denied_parameters = { "size" = ["large"] }`);
    for (const data of [
      { size: "large", SIZE: "small" },
      { SIZE: "small", size: "large" },
    ]) {
      expect(may(allowed, "update", "a", { data })).toBe(false);
      expect(may(denied, "update", "a", { data })).toBe(false);
    }
  });

  test.each(["create", "read", "update", "patch"] as const)(
    "count where it is to %s",
    (operation) => {
      const rules = acl(
        `path "a" { capabilities = ["${operation}"] allowed_parameters = { "b" = [] } }`,
      );
      expect(may(rules, operation, "a", { data: { b: 1 } })).toBe(true);
      expect(may(rules, operation, "a", { data: { c: 1 } })).toBe(false);
    },
  );

  test("don't count where it is to list or to delete", () => {
    for (const operation of ["list", "delete"] as const)
      expect(
        may(
          acl(`path "a" { capabilities = ["${operation}"] allowed_parameters = { "b" = [] } }`),
          operation,
          "a",
          { data: { c: 1 } },
        ),
      ).toBe(true);
  });

  test("required ones must be there", () => {
    const rules = update(`required_parameters = ["reason"]`);
    expect(may(rules, "update", "a")).toBe(false);
    expect(may(rules, "update", "a", { data: { reason: "" } })).toBe(true);
  });
});

test("a wrapping time must lie within the bounds", () => {
  const rules = acl(
    `path "a" { capabilities = ["read"] min_wrapping_ttl = "1s" max_wrapping_ttl = "90s" }`,
  );
  expect(may(rules, "read", "a")).toBe(false);
  expect(may(rules, "read", "a", { wrapTtl: 60 })).toBe(true);
  expect(may(rules, "read", "a", { wrapTtl: 91 })).toBe(false);
});

test.each([
  ["an exact path below", read("secret/data/a"), true],
  ["a prefix below", read("secret/data/*"), true],
  ["a prefix of it", read("sec*"), true],
  ["the mount itself", read("secret/"), true],
  ["an exact path above", read("secret"), false],
  ["a prefix beside", read("other/*"), false],
  ["an exact path beside", read("other/a"), false],
  ["a wildcard", read("+/data/a"), true],
  ["a wildcard deeper down", read("secret/+/a"), true],
  ["a wildcard that ends in it", read("+/se*"), true],
  ["a wildcard beside", read("other/+/a"), false],
  ["deny", deny("secret/*"), false],
  ["deny by a wildcard", deny("+/*"), false],
  ["deny below", deny("secret/a"), false],
  ["nothing that is granted", `path "secret/*" { capabilities = [] }`, false],
])("a mount is seen, or not, through %s", (_, policy, seen) => {
  expect(acl(policy).seesMount("secret/")).toBe(seen);
});

test.each([
  ["+/b/x", true],
  ["a/+/x", true],
  ["a/+", true],
  ["a/b/+", true],
  ["+", false],
  ["+/bc*", false],
  ["+/b*", true],
  ["+/*", true],
  ["+/c/x", false],
])("a mount of two segments is seen, or not, through %s", (path, seen) => {
  expect(acl(read(path)).seesMount("a/b/")).toBe(seen);
});

test.each([
  ["+/b*", true],
  ["+/*", true],
  ["+/c*", false],
  ["+/b", false],
])("a mount deeper than the path is seen, or not, through %s", (path, seen) => {
  expect(acl(read(path)).seesMount("a/b/c/")).toBe(seen);
});

test.each([
  ["+/b*", true],
  ["+/d*", false],
  ["+/b", false],
  ["+/b/c*", false],
  ["+/b/c", false],
])("a mount whose name goes on is seen, or not, through %s", (path, seen) => {
  expect(acl(read(path)).seesMount("a/bcd/")).toBe(seen);
});
