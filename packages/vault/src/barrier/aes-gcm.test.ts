import { createSecretKey, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { BarrierIntegrityError, decryptEntry, encryptEntry, termOf } from "./aes-gcm.ts";

const key = createSecretKey(randomBytes(32));
const plaintext = Buffer.from("a secret");

describe("an entry of the barrier", () => {
  test("comes back at its path with its key", () => {
    const entry = encryptEntry(key, 7, "a/b", plaintext);
    expect(termOf(entry)).toBe(7);
    expect(decryptEntry(key, "a/b", entry).toString()).toBe("a secret");
    expect(entry.includes(plaintext)).toBe(false);
  });

  test("is as short as nothing is, and no shorter", () => {
    const nothing = encryptEntry(key, 1, "a", Buffer.alloc(0));
    expect(nothing).toHaveLength(33);
    expect(decryptEntry(key, "a", nothing)).toHaveLength(0);
    expect(() => termOf(nothing.subarray(0, 32))).toThrow(
      new BarrierIntegrityError("an entry of the storage has no known format"),
    );
    for (const size of [0, 4, 10, 32])
      expect(() => decryptEntry(key, "a", nothing.subarray(0, size))).toThrow(
        expect.objectContaining({ name: "BarrierIntegrityError" }) as Error,
      );
    // Also where it lies in the middle of other bytes, as LMDB gives them.
    const within = Buffer.concat([Buffer.from("xx"), nothing, Buffer.from("xx")]).subarray(2, 35);
    expect(termOf(within)).toBe(1);
    expect(decryptEntry(key, "a", within)).toHaveLength(0);
  });

  test("is another each time", () => {
    const nonces = Array.from({ length: 1000 }, () =>
      encryptEntry(key, 1, "a", plaintext).toString("hex", 5, 17),
    );
    expect(new Set(nonces).size).toBe(1000);
  });

  test("does not open at another path, with another key, or changed anywhere", () => {
    const entry = encryptEntry(key, 1, "a/b", plaintext);
    expect(() => decryptEntry(key, "a/c", entry)).toThrow(BarrierIntegrityError);
    expect(() => decryptEntry(createSecretKey(randomBytes(32)), "a/b", entry)).toThrow(
      BarrierIntegrityError,
    );
    for (let at = 0; at < entry.length; at += 1) {
      const changed = Buffer.from(entry);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => decryptEntry(key, "a/b", changed)).toThrow(BarrierIntegrityError);
    }
    expect(() => decryptEntry(key, "a/b", entry.subarray(0, 20))).toThrow(BarrierIntegrityError);
  });
});
