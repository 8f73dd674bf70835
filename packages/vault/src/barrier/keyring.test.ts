import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import { expect, test, vi } from "vitest";
import { Keyring, secretKey } from "./keyring.ts";

const first = new Date("2026-03-01T12:00:00.123Z");
const second = new Date("2026-04-01T12:00:00.456Z");

function bytesOf(key: KeyObject | undefined): string {
  return key === undefined ? "" : key.export().toString("hex");
}

test("a rotated keyring encrypts with a new key, and still has the old ones", () => {
  const one = Keyring.create(first);
  expect(one.active).toMatchObject({ term: 1, installed: first.toISOString() });
  expect(one.active.key.symmetricKeySize).toBe(32);
  const two = one.rotated(second);
  expect(two.active).toMatchObject({ term: 2, installed: second.toISOString() });
  expect(bytesOf(two.active.key)).not.toBe(bytesOf(one.active.key));
  expect(bytesOf(two.find(1)?.key)).toBe(bytesOf(one.active.key));
  expect(two.find(3)).toBeUndefined();
  expect(one.find(2)).toBeUndefined();
});

test("a keyring comes back from its bytes whole, whatever their order", () => {
  const keyring = Keyring.create(first).rotated(second).rotated(second);
  const bytes = keyring.serialise();
  expect(bytes).toHaveLength(3 * 48);
  const backwards = Buffer.concat([
    bytes.subarray(96),
    bytes.subarray(48, 96),
    bytes.subarray(0, 48),
  ]);
  for (const read of [Keyring.parse(bytes), Keyring.parse(backwards)]) {
    expect(read.active.term).toBe(3);
    for (const term of [1, 2, 3]) {
      expect(read.find(term)?.installed).toBe(keyring.find(term)?.installed);
      expect(bytesOf(read.find(term)?.key)).toBe(bytesOf(keyring.find(term)?.key));
    }
  }
});

test("no bytes are no keyring", () => {
  expect(() => Keyring.parse(Buffer.alloc(0))).toThrow("a keyring needs a key");
});

test("no copy of a key's bytes is left behind", () => {
  const bytes = randomBytes(32);
  const copy = Buffer.from(bytes);
  expect(bytesOf(secretKey(bytes))).toBe(copy.toString("hex"));
  expect(bytes.equals(Buffer.alloc(32))).toBe(true);
  const prototype = Object.getPrototypeOf(createSecretKey(copy)) as KeyObject;
  const exports = vi.spyOn(prototype, "export");
  Keyring.create(first).serialise();
  const exported = exports.mock.results.map(({ value }) => value as unknown);
  exports.mockRestore();
  expect(exported).toEqual([Buffer.alloc(32)]);
  expect(bytesOf(createSecretKey(copy))).toBe(copy.toString("hex"));
});
