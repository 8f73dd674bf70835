import { describe, expect, test } from "vitest";
import { HclObject, parseHcl, type HclValue } from "./hcl.ts";

/** What an item `v = …` holds. */
function valueOf(text: string): HclValue | undefined {
  return parseHcl(`v = ${text}`).items[0]?.value;
}

/** Items as [keys, value, line], objects as lists of such. */
function plain(value: HclValue | undefined): unknown {
  if (value instanceof HclObject)
    return value.items.map((item) => [item.keys, plain(item.value), item.line]);
  return Array.isArray(value) ? value.map(plain) : value;
}

describe("values", () => {
  test.each<[string, unknown]>([
    ['"a"', "a"],
    ['""', ""],
    ['"\\x00"', "\0"],
    ["0", 0],
    ["12", 12],
    ["-3", -3],
    ["1.25", 1.25],
    ["-1.5e3", -1500],
    ["2E+2", 200],
    ["1e10", 1e10],
    ["2e-1", 0.2],
    ["0x1F", 31],
    ["true", true],
    ["false", false],
    ["[]", []],
    ["[ ]", []],
    ["[1]", [1]],
    ['[1, "a", true,]', [1, "a", true]],
    ["[ 1 ,\n 2 ]", [1, 2]],
    ["[[1], [2]]", [[1], [2]]],
    ["{}", []],
    ["{ a = 1 }", [[["a"], 1, 1]]],
    [
      '{ a = 1, "b" = 2 }',
      [
        [["a"], 1, 1],
        [["b"], 2, 1],
      ],
    ],
    ["{ a = { b = 1 } }", [[["a"], [[["b"], 1, 1]], 1]]],
    [String.raw`"\n\t\r\b\f\v\a\\\""`, '\n\t\r\b\f\v\x07\\"'],
    [String.raw`"\x41\u00e9\U0001F600."`, "Aé😀."],
    [String.raw`"\U0010FFFF"`, "\u{10ffff}"],
    ["<<E\na\n  b\nE\n", "a\n  b\n"],
    ["<<E\n  a\nE\n", "  a\n"],
    ["<<E\nE", ""],
    ["<<E\r\na\nE\n", "a\n"],
    ["<<-E\n    a\n\n      b\n  E\n", "a\n\n  b\n"],
    ["<<-E\n    a\n  \n      b\n  E\n", "a\n\n  b\n"],
    ["<<Étendue_1\nx\nÉtendue_1", "x\n"],
  ])("%s", (text, expected) => {
    expect(plain(valueOf(text))).toEqual(expected);
  });
});

describe("items", () => {
  test("have keys and labels, and the line of their =", () => {
    const { items } = parseHcl('\na = 1\n"b c" =\n 2\n\npath "x" "y" { z = 1 }\né_1.x-y { }');
    expect(plain(new HclObject(items))).toEqual([
      [["a"], 1, 2],
      [["b c"], 2, 3],
      [["path", "x", "y"], [[["z"], 1, 6]], 0],
      [["é_1.x-y"], [], 0],
    ]);
  });

  test("may stand in one line, with commas or without", () => {
    expect(parseHcl("a = 1 , b = 2 c = 3,").items.map(({ keys }) => keys)).toEqual([
      ["a"],
      ["b"],
      ["c"],
    ]);
  });

  test("may be none", () => {
    expect(parseHcl("").items).toEqual([]);
    expect(parseHcl(" # only this").items).toEqual([]);
  });
});

test("comments are of three kinds, and may stand anywhere", () => {
  const text = "# a\n// b\n/* c\n*/ a /**/ = # d\n 1 // e\n/* = */ b = [/* 1 */ 2 # 3\n] //";
  expect(plain(new HclObject(parseHcl(text).items))).toEqual([
    [["a"], 1, 4],
    [["b"], [2], 6],
  ]);
});

test.each([
  ["a", "At 1:2: expected a key, found the end"],
  ["a = ", "At 1:5: expected a value, found the end"],
  ["a = =", 'At 1:5: expected a value, found "="'],
  ["a = b", "At 1:6: expected a value, found b"],
  ["= 1", 'At 1:1: expected a key, found "="'],
  ["{ }", 'At 1:1: expected a key, found "{"'],
  ["}", 'At 1:1: expected a key, found "}"'],
  ["a = 1 }", 'At 1:7: expected a key, found "}"'],
  ["a b = 1", "At 1:5: nested object expected: LBRACE got: ASSIGN"],
  ["a = {\n b = 1", "At 2:7: object is not closed"],
  ["a = [1", "At 1:7: list is not closed"],
  ["a = [1 2]", "At 1:8: list is not closed"],
  ["a = [,]", 'At 1:6: expected a value, found ","'],
  ['a = "b', "At 1:5: string is not closed"],
  ['a = "b\n"', "At 1:5: string is not closed"],
  ['a = "\\', "At 1:5: unknown escape \\"],
  ['a = "\\q"', "At 1:5: unknown escape \\q"],
  ['a = "\\x4"', 'At 1:5: bad escape \\x4"'],
  ['a = "\\x4', "At 1:5: bad escape \\x4"],
  ['a = "\\u00g0"', "At 1:5: bad escape \\u00g0"],
  ['a = "\\U00110000"', "At 1:5: bad escape \\U00110000"],
  ["a = <", "At 1:5: expected a value, found <"],
  ["a = <<E x\nE", "At 1:5: expected a value, found <"],
  ["a = <<E\nx\n", "At 1:5: heredoc E is not closed"],
  ["a = 1 /* b", "At 1:7: comment is not closed"],
  ["a = 1\nb = /*/", "At 2:5: comment is not closed"],
  [`a = ${"[".repeat(65)}`, "At 1:69: nested too deeply"],
])("%j is none: %s", (text, why) => {
  expect(() => parseHcl(text)).toThrow(expect.objectContaining({ message: why }) as Error);
});

test("64 levels are not too deep, and those that are closed count no more", () => {
  const deep = `${"[".repeat(64)}${"]".repeat(64)}`;
  expect(() => parseHcl(`a = ${deep}\nb = ${deep}`)).not.toThrow();
  expect(parseHcl("a = [],\n".repeat(70)).items).toHaveLength(70);
});

test("very many lines take time by their number, not by its square", () => {
  const { items } = parseHcl("a = 1\n".repeat(60_000));
  expect(items).toHaveLength(60_000);
  expect(items.at(-1)?.line).toBe(60_000);
});
