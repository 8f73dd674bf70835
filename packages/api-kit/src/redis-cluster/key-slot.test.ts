import { expect, it } from "vitest";
import { keySlot } from "./key-slot.ts";

// As `CLUSTER KEYSLOT` of Redis 7 answers.
it.each([
  ["123456789", 12_739],
  ["foo", 12_182],
  ["{user1000}.following", 3443],
  ["{user1000}.followers", 3443],
  ["foo{}{bar}", 8363],
  ["foo{{bar}}zap", 4015],
])("%s lies in slot %i", (key, slot) => {
  expect(keySlot(key)).toBe(slot);
});
