import { describe, expect, test } from "vitest";
import { Fields } from "./fields.ts";

type Reader = "string" | "integer" | "boolean" | "duration" | "strings" | "map" | "object";

function read(reader: Reader, value: unknown): unknown {
  return new Fields({ f: value })[reader]("f");
}

describe("a parameter is converted as Vault does it", () => {
  test.each<[Reader, unknown, unknown]>([
    ["string", "x", "x"],
    ["string", 1.5, "1.5"],
    ["string", true, "1"],
    ["string", false, "0"],
    ["string", null, undefined],
    ["integer", 5, 5],
    ["integer", " 5 ", 5],
    ["integer", "", 0],
    ["integer", true, 1],
    ["boolean", true, true],
    ["boolean", 1, true],
    ["boolean", 0, false],
    ["boolean", "T", true],
    ["boolean", "f", false],
    ["boolean", "", false],
    ["duration", "1h", 3600],
    ["duration", 5, 5],
    ["strings", "a, b,,c ", ["a", "b", "c"]],
    ["strings", ["a,b", 1, true, "", null], ["a,b", "1", "1"]],
    ["strings", {}, []],
    ["strings", 5, ["5"]],
    ["map", { a: "x", b: 1 }, { a: "x", b: "1" }],
    ["map", '{"a":"x"}', { a: "x" }],
    ["map", "a=x,b=y=z", { a: "x", b: "y=z" }],
    ["map", ["a=x"], { a: "x" }],
    ["object", { a: [1] }, { a: [1] }],
    ["object", ' {"a":1}', { a: 1 }],
    ["object", [], {}],
    ["object", undefined, undefined],
    ["map", undefined, undefined],
  ])("%s of %j", (reader, value, expected) => {
    expect(read(reader, value)).toEqual(expected);
  });
});

describe("what can't be converted is refused", () => {
  test.each<[Reader, unknown, string]>([
    ["string", [], "'' expected type 'string', got unconvertible type '[]interface {}'"],
    ["string", {}, "'' expected type 'string', got unconvertible type 'map[string]interface {}'"],
    ["integer", "x", "'' cannot parse value as 'int': strconv.ParseInt: invalid syntax"],
    ["integer", 1.5, "'' cannot parse value as 'int': strconv.ParseInt: invalid syntax"],
    ["integer", [], "'' expected type 'int', got unconvertible type '[]interface {}'"],
    ["boolean", 7, "'' cannot parse value as 'bool': strconv.ParseBool: invalid syntax"],
    ["boolean", "yes", "'' cannot parse value as 'bool': strconv.ParseBool: invalid syntax"],
    ["boolean", [], "'' expected type 'bool', got unconvertible type '[]interface {}'"],
    ["duration", -5, "cannot provide negative value '-5'"],
    ["duration", "x", 'time: invalid duration "x"'],
    ["duration", 1.5, 'time: missing unit in duration "1.5"'],
    ["duration", "1.5", 'time: missing unit in duration "1.5"'],
    ["duration", [], "could not parse duration from input"],
    ["duration", true, "could not parse duration from input"],
    [
      "strings",
      [{}],
      "'' expected type 'string', got unconvertible type 'map[string]interface {}'",
    ],
    ["map", "a", 'invalid key pair "a"'],
    ["map", "", 'invalid key pair ""'],
    ["map", "{", "'' expected type 'map[string]interface {}', got unconvertible type 'string'"],
    ["map", { a: [] }, "'' expected type 'string', got unconvertible type '[]interface {}'"],
    [
      "object",
      "a=b",
      "'' expected type 'map[string]interface {}', got unconvertible type 'string'",
    ],
    [
      "object",
      ["a"],
      "'[0]' expected type 'map[string]interface {}', got unconvertible type 'string'",
    ],
  ])("%s of %j", (reader, value, why) => {
    const errors = [`Field validation failed: error converting input for field "f": ${why}`];
    expect(() => read(reader, value)).toThrow(
      expect.objectContaining({ status: 400, errors }) as Error,
    );
  });
});
