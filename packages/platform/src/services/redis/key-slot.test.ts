import { describe, expect, it } from "vitest";
import { crc16, keySlot } from "./key-slot.ts";

describe("crc16", () => {
  it("gives the specification's check value", () => {
    expect(crc16(Buffer.from("123456789"))).toBe(0x31c3);
    expect(crc16(Buffer.from(""))).toBe(0);
  });
});

describe("keySlot", () => {
  it.each([
    ["foo", 12_182],
    ["bar", 5_061],
    ["hello", 866],
    ["somekey", 11_058],
    ["123456789", 12_739],
  ])("puts %j where Redis documents it: %i", (key, slot) => {
    expect(keySlot(key)).toBe(slot);
  });

  it.each([
    ["{user1000}.following", "user1000"],
    ["foo{{bar}}zap", "{bar"],
    ["foo{bar}{zap}", "bar"],
    ["foo}{bar}", "bar"],
  ])("hashes of %j only the tag %j", (key, tag) => {
    expect(keySlot(key)).toBe(crc16(Buffer.from(tag)) % 16_384);
  });

  it.each(["foo{}{bar}", "foo{bar", "foo}bar{", "{}"])("hashes the whole of %j", (key) => {
    expect(keySlot(key)).toBe(crc16(Buffer.from(key)) % 16_384);
  });

  it("hashes bytes, not characters", () => {
    expect(keySlot("ключ")).toBe(crc16(new Uint8Array(Buffer.from("ключ", "utf8"))) % 16_384);
  });
});
