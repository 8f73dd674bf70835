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

  test("root may everything", () => {
    const root = new Acl([{ name: "root", raw: "", rules: [] }]);
    expect(may(root, "delete", "sys/anything", { sudo: true })).toBe(true);
    expect(root.capabilities("x")).toEqual(["root"]);
  });
});

describe("list", () => {
  test("of a/ is covered by a rule for a, the one with the slash coming first", () => {
    expect(may(acl(list("secret/a")), "list", "secret/a/")).toBe(true);
    expect(may(acl(list("secret/a"), deny("secret/a/")), "list", "secret/a/")).toBe(false);
    expect(may(acl(list("secret/+")), "list", "secret/a/")).toBe(true);
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

test("a mount is seen by whoever may do anything below it", () => {
  expect(acl(read("secret/data/a")).seesMount("secret/")).toBe(true);
  expect(acl(read("sec*")).seesMount("secret/")).toBe(true);
  expect(acl(read("+/data/a")).seesMount("secret/")).toBe(true);
  expect(acl(deny("secret/*")).seesMount("secret/")).toBe(false);
  expect(acl(read("other/*")).seesMount("secret/")).toBe(false);
});
