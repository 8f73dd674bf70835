import { expect, test } from "vitest";
import { addressBlocks, checkCidrs, cidrsWithin, isCidr, withinCidrs } from "./cidr.ts";

test.each([
  ["10.0.0.0/8", true, true],
  ["10.0.0.1", false, true],
  ["10.0.0.0/0", true, true],
  ["10.0.0.0/32", true, true],
  ["10.0.0.0/33", false, false],
  ["::1", false, true],
  ["fd00::/8", true, true],
  ["fd00::/128", true, true],
  ["fd00::/129", false, false],
  ["10.0.0.0/", false, false],
  ["10.0.0.0/x", false, false],
  ["10.0.0.0/-1", false, false],
  ["10.0.0.0/8x", false, false],
  ["10.0.0.0/x8", false, false],
  ["10.0.0.0/0008", false, false],
  ["10.0.0.0/8/8", false, false],
  ["10.0.0/8", false, false],
  ["256.0.0.1", false, false],
  ["fe80::1%lo/64", false, false],
  ["fe80::1%lo", false, false],
  ["host", false, false],
  ["", false, false],
])("%j is a block: %j, a block or an address: %j", (text, block, either) => {
  expect(isCidr(text)).toBe(block);
  const fault = {
    status: 400,
    errors: [`failed to validate CIDR blocks: invalid CIDR address: ${text}`],
  };
  const check = expect(() => checkCidrs(["127.0.0.1/8", text]));
  if (either) check.not.toThrow();
  else check.toThrow(expect.objectContaining(fault) as Error);
});

test("blocks of one address are written as that address", () => {
  expect(addressBlocks(["10.0.0.1/32", "10.0.0.1", "10.0.0.0/8", "::1/128", "fd00::/32"])).toEqual([
    "10.0.0.1",
    "10.0.0.1",
    "10.0.0.0/8",
    "::1",
    "fd00::/32",
  ]);
  expect(() => addressBlocks(["::1", "no"])).toThrow(
    expect.objectContaining({
      status: 400,
      errors: [
        'error parsing address "no": Unable to convert "no" to an IPv4 or IPv6 address, or a UNIX Socket',
      ],
    }) as Error,
  );
});

test.each([
  ["10.1.2.3", [], true],
  ["", [], true],
  ["10.1.2.3", ["10.0.0.0/8"], true],
  ["11.1.2.3", ["10.0.0.0/8"], false],
  ["11.1.2.3", ["10.0.0.0/8", "11.1.2.3"], true],
  ["11.1.2.4", ["10.0.0.0/8", "11.1.2.3"], false],
  ["10.1.2.3", ["10.9.9.9/8"], true],
  ["::ffff:10.1.2.3", ["10.0.0.0/8"], true],
  ["::ffff:11.1.2.3", ["10.0.0.0/8"], false],
  ["::1", ["::1"], true],
  ["::2", ["::1"], false],
  ["fd00::5", ["10.0.0.0/8", "fd00::/8"], true],
  ["::1", ["0.0.0.0/0"], false],
  ["127.0.0.1", ["::/0"], false],
  ["", ["0.0.0.0/0", "::/0"], false],
  ["junk", ["0.0.0.0/0", "::/0"], false],
])("%s lies within %j: %j", (address, cidrs, within) => {
  expect(withinCidrs(address, cidrs)).toBe(within);
});

test.each([
  [["10.0.0.0/8"], [], true],
  [[], ["10.0.0.0/8"], true],
  [["10.1.0.0/16"], ["10.0.0.0/8"], true],
  [["10.0.0.0/8"], ["10.0.0.0/8"], true],
  [["10.0.0.0/8"], ["10.0.0.0/16"], false],
  [["11.0.0.0/16"], ["10.0.0.0/8"], false],
  [["11.0.0.0/16"], ["10.0.0.0/8", "11.0.0.0/8"], true],
  [["10.1.0.0/16", "11.0.0.0/16"], ["10.0.0.0/8"], false],
  [["::/0"], ["0.0.0.0/0"], false],
  [["::ffff:10.0.0.0/104"], ["10.0.0.0/8"], false],
  [["fd00::/16"], ["fd00::/8"], true],
])("%j lie within %j: %j", (inner, outer, within) => {
  expect(cidrsWithin(inner, outer)).toBe(within);
});
