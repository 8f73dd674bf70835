import { expect, it } from "vitest";
import { ValidationError } from "../errors/api-errors.ts";
import { parseJson } from "./json-body.ts";

const nested = (levels: number, open: string, close: string): string =>
  open.repeat(levels) + close.repeat(levels);

it("reads JSON as it stands, and nothing as nothing", () => {
  expect(parseJson(Buffer.from(""))).toBeUndefined();
  expect(parseJson(Buffer.from('{"a":[1,"ü\\ud83d\\ude00"]}'))).toEqual({ a: [1, "ü😀"] });
});

it("keeps a member named __proto__ a member", () => {
  const body = parseJson(Buffer.from('{"__proto__":{"polluted":1},"constructor":2}')) as object;
  expect(Object.keys(body)).toEqual(["__proto__", "constructor"]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

const wrong: readonly (readonly [string, Buffer, string])[] = [
  ["a byte that UTF-8 does not have", Buffer.from('{"a":"\xff"}', "latin1"), "is not UTF-8"],
  ["an overlong slash", Buffer.from('{"a":"\xc0\xaf"}', "latin1"), "is not UTF-8"],
  ["a byte order mark", Buffer.from('\ufeff{"a":1}'), "is no JSON"],
  ["half of it", Buffer.from('{"a":'), "is no JSON"],
  ["an open text", Buffer.from('"a\\'), "is no JSON"],
  ["101 lists", Buffer.from(nested(101, "[", "]")), "is nested deeper than 100"],
  ["51 objects in lists", Buffer.from(nested(51, '[{"a":', "}]")), "is nested deeper than 100"],
  [
    "lists after a text that looks like their end",
    Buffer.from(`["]\\"]",${nested(100, "[", "]")}]`),
    "is nested deeper than 100",
  ],
];
it.each(wrong)("refuses %s", (_, bytes, msg) => {
  expect(() => parseJson(bytes)).toThrow(ValidationError);
  try {
    parseJson(bytes);
  } catch (error) {
    expect((error as ValidationError).details).toMatchObject({ validation_errors: [{ msg }] });
  }
});

it("counts levels, not brackets", () => {
  const texts = [nested(100, "[", "]"), `[${"[],".repeat(500)}[]]`, `["${"[".repeat(500)}\\""]`];
  for (const text of texts) expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
});
