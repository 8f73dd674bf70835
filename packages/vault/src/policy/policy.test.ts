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

describe("JSON", () => {
  test("may have texts, numbers and truth as values", () => {
    const text = `{"path": {"a": {"allowed_parameters": {"b": ["x", 1, true, false]}}}}`;
    const allowed = parsePolicy("p", text).rules[0]?.allowed;
    expect([...(allowed ?? [])]).toEqual([["b", ["x", 1, true, false]]]);
  });

  test("may have lists where HCL repeats", () => {
    const text = `{"path": [{"a": [{"capabilities": ["read"]}, {"capabilities": ["list"]}]}, {"b": {}}], "name": "x"}`;
    expect(
      parsePolicy("p", text).rules.map(({ path, capabilities }) => [path, [...capabilities]]),
    ).toEqual([
      ["a", ["read"]],
      ["a", ["list"]],
      ["b", []],
    ]);
  });

  test.each([
    ["{", /^failed to parse policy: /],
    [`{"path": null}`, "failed to parse policy: null is no value of a policy"],
    [`{"path": {"a": 1}}`, "failed to parse policy: path needs a name and a block"],
    [`{"path": [1]}`, "failed to parse policy: path is no object"],
    [
      `{"paths": {}}`,
      `failed to parse policy: 1 error occurred:\n\t* invalid key "paths" on line 0\n\n`,
    ],
    [
      `{"path": {"a": {"b": 1}}}`,
      `failed to parse policy: 1 error occurred:\n\t* path "a": invalid key "b" on line 0\n\n`,
    ],
  ])("%s is refused", (text, why) => {
    expect(() => parsePolicy("p", ` ${text}`)).toThrow(
      why instanceof RegExp
        ? why
        : (expect.objectContaining({ name: "PolicyError", message: why }) as Error),
    );
  });
});

describe("a rule", () => {
  test.each([
    ["deny", ["deny"]],
    ["read", ["list", "read"]],
    ["write", ["create", "delete", "list", "read", "update"]],
    ["sudo", ["create", "delete", "list", "read", "sudo", "update"]],
  ])("of the old policy %s", (old, expected) => {
    const [rule] = parsePolicy("p", `path "a" { policy = "${old}" }`).rules;
    expect([...(rule?.capabilities ?? [])].toSorted()).toEqual(expected);
  });

  test("of an old policy and capabilities has both, and deny alone where it is among them", () => {
    const capabilities = (more: string): string[] => [
      ...(parsePolicy("p", `path "a" { policy = "read" ${more} }`).rules[0]?.capabilities ?? []),
    ];
    expect(capabilities(`capabilities = ["sudo"]`)).toEqual(["read", "list", "sudo"]);
    expect(capabilities(`capabilities = ["sudo", "deny"]`)).toEqual(["deny"]);
  });

  test("may have every capability that there is", () => {
    const all = ["create", "delete", "list", "patch", "read", "sudo", "update"];
    const [rule] = parsePolicy("p", `path "a" { capabilities = ${JSON.stringify(all)} }`).rules;
    expect([...(rule?.capabilities ?? [])].toSorted()).toEqual(all);
  });

  test("says nothing of what is not written", () => {
    expect(parsePolicy("mine", `name = "other"\npath "a" { comment = "x" }`)).toEqual({
      name: "mine",
      raw: `name = "other"\npath "a" { comment = "x" }`,
      rules: [
        {
          path: "a",
          capabilities: new Set(),
          allowed: new Map(),
          denied: new Map(),
          required: [],
          minWrappingTtl: 0,
          maxWrappingTtl: 0,
        },
      ],
    });
  });

  test("has parameters in lower case and wrapping times in seconds", () => {
    const [rule] = parsePolicy(
      "p",
      `path "a" {
         allowed_parameters = { "One" = ["x"] }
         denied_parameters { Two = [] }
         required_parameters = ["Three"]
         min_wrapping_ttl = "1m"
         max_wrapping_ttl = 60
       }`,
    ).rules;
    expect(rule?.allowed).toEqual(new Map([["one", ["x"]]]));
    expect(rule?.denied).toEqual(new Map([["two", []]]));
    expect(rule?.required).toEqual(["Three"]);
    expect([rule?.minWrappingTtl, rule?.maxWrappingTtl]).toEqual([60, 60]);
  });
});

test("a wrapping time of nothing is none", () => {
  const [rule] = parsePolicy(
    "p",
    `path "a" { min_wrapping_ttl = 0 max_wrapping_ttl = "0s" }`,
  ).rules;
  expect([rule?.minWrappingTtl, rule?.maxWrappingTtl]).toEqual([0, 0]);
});

test.each([
  [`path "a" { capabilities = ["fly"] }`, `path "a": invalid capability "fly"`],
  [`path "a" { capabilities = "read" }`, `path "a": expected a list of strings`],
  [`path "a" { capabilities = [1] }`, `path "a": expected a list of strings`],
  [`path "a" { required_parameters = [true] }`, `path "a": expected a list of strings`],
  [`path "a" { policy = "all" }`, `path "a": invalid policy "all"`],
  [`path "a" { policy = 1 }`, `path "a": invalid policy 1`],
  [`path "a" { policy = "constructor" }`, `path "a": invalid policy "constructor"`],
  [
    `path "a" { capability = ["read"] }`,
    `1 error occurred:\n\t* path "a": invalid key "capability" on line 1\n\n`,
  ],
  [`\npaths "a" { }`, `1 error occurred:\n\t* invalid key "paths" on line 0\n\n`],
  [`a = 1\n`, `1 error occurred:\n\t* invalid key "a" on line 1\n\n`],
  [`path { }`, "path needs a name and a block"],
  [`path "a" "b" { }`, "path needs a name and a block"],
  [`path = "a"`, "path needs a name and a block"],
  [
    `path "/a+*" { capabilities = ["read"] }`,
    `path "/a+*": invalid use of wildcards ('+*' is forbidden)`,
  ],
  [`path "a" { allowed_parameters = ["x"] }`, `path "a": expected parameters and their values`],
  [`path "a" { denied_parameters = { x = 1 } }`, `path "a": the values of a parameter are a list`],
  [
    `path "a" { min_wrapping_ttl = "x" }`,
    `error parsing min_wrapping_ttl: time: invalid duration "x"`,
  ],
  [
    `path "a" { max_wrapping_ttl = -1 }`,
    `error parsing max_wrapping_ttl: time: missing unit in duration "-1"`,
  ],
  [
    `path "a" { min_wrapping_ttl = 2 max_wrapping_ttl = 1 }`,
    "max_wrapping_ttl cannot be less than min_wrapping_ttl",
  ],
])("%s is refused with its reason", (text, why) => {
  expect(() => parsePolicy("p", text)).toThrow(
    expect.objectContaining({
      name: "PolicyError",
      message: `failed to parse policy: ${why}`,
    }) as Error,
  );
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
