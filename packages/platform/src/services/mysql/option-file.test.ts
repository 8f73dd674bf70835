import { expect, it } from "vitest";
import { quoted } from "./option-file.ts";

it("keeps what an option file would take for a comment, a quote or an escape", () => {
  expect(quoted("/home/o'hara/my #1 stack")).toBe(`"/home/o'hara/my #1 stack"`);
  expect(quoted(String.raw`/a"b\new`)).toBe(String.raw`"/a\"b\\new"`);
});

it("keeps a line's end within the value", () => {
  expect(quoted("a\n[mysqld]")).toBe(String.raw`"a\n[mysqld]"`);
});
