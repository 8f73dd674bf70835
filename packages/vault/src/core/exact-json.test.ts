import { expect, test } from "vitest";
import { TestVault } from "../../test/test-vault.ts";
import { NumberRangeError, parseExactly } from "./exact-json.ts";

const numbers = [
  "12345678901234567890",
  "1.50",
  "1e3",
  "-0",
  "0.1000",
  "9007199254740993",
  "1",
  "2.5",
];

test.each(numbers)("%s comes out as it went in", (number) => {
  const text = `{"a":[${number}],"b":{"c":${number}}}`;
  expect(JSON.stringify(parseExactly(text))).toBe(text);
});

test("a number that no double holds is refused", () => {
  expect(() => parseExactly('{"a":1e400}')).toThrow(NumberRangeError);
});

test.each([
  ["kv/a", (inner: string) => inner],
  ["kv2/data/a", (inner: string) => `{"data":${inner}}`],
  ["cubbyhole/a", (inner: string) => inner],
])(
  "secrets at %s keep their numbers through storage, restart, patch and subkeys",
  async (path, wrap) => {
    await using vault = await TestVault.start();
    await vault.must("POST", "sys/mounts/kv", { body: { type: "kv" } });
    await vault.must("POST", "sys/mounts/kv2", { body: { type: "kv-v2" } });
    const inner = `{"big":12345678901234567890,"money":{"price":1.50},"small":1e3}`;
    await vault.must("POST", path, { body: wrap(inner) });
    await vault.restart();
    expect((await vault.must("GET", path)).text).toContain(inner);
    if (!path.startsWith("kv2")) return;
    await vault.must("PATCH", path, {
      body: '{"data":{"more":2.50}}',
      headers: { "Content-Type": "application/merge-patch+json" },
    });
    expect((await vault.must("GET", path)).text).toContain(inner.replace(/}$/, ',"more":2.50}'));
    expect((await vault.must("GET", "kv2/subkeys/a")).body.data.subkeys).toEqual({
      big: null,
      money: { price: null },
      small: null,
      more: null,
    });
  },
);
