import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkLmdbFile } from "./check-lmdb-file.ts";
import { dataFile, LmdbStore } from "./lmdb-store.ts";
import { StorageDamagedError } from "./storage-damaged-error.ts";

let folder: string;
const file = (): string => join(folder, dataFile);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vault-lmdb-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Small and large values, deletions, several commits: all kinds of pages. */
async function fill(rounds = 3): Promise<void> {
  const store = new LmdbStore(folder);
  for (let round = 0; round < rounds; round += 1) {
    for (let index = 0; index < 300; index += 1) {
      const value = Buffer.alloc(index % 50 === 0 ? 30_000 : 200, index);
      void store.apply([
        { key: `k/${index}`, value: (index + round) % 7 === 0 ? undefined : value },
      ]);
      if (index % 60 === 0) await store.settled();
    }
    await store.settled();
  }
  await store.close();
}

test("a sound file passes, whatever was done to it", async () => {
  for (let round = 0; round < 5; round += 1) {
    await fill(1);
    expect(() => checkLmdbFile(file(), readFileSync(file()))).not.toThrow();
  }
  const empty = new LmdbStore(join(folder, "empty"));
  await empty.close();
  await new LmdbStore(join(folder, "empty")).close();
});

test("a file that was cut short anywhere is refused and named, never opened", async () => {
  await fill();
  const whole = readFileSync(file());
  const lastUsed = ((): number => {
    for (let size = whole.length; ; size -= 4096) {
      try {
        checkLmdbFile(file(), whole.subarray(0, size));
      } catch {
        return size;
      }
    }
  })();
  for (const size of [0, 1, 100, 4096, 8191, 8192, 20_000, lastUsed - 1, lastUsed]) {
    writeFileSync(file(), whole);
    truncateSync(file(), size);
    expect(() => new LmdbStore(folder), String(size)).toThrow(StorageDamagedError);
    expect(() => new LmdbStore(folder), String(size)).toThrow(file());
  }
});

test("other bytes in its place, or none, are refused", async () => {
  await fill(1);
  for (const bytes of [Buffer.alloc(100_000, 7), Buffer.from("{}"), Buffer.alloc(0)]) {
    writeFileSync(file(), bytes);
    expect(() => new LmdbStore(folder)).toThrow(StorageDamagedError);
  }
  rmSync(file());
  expect(() => new LmdbStore(folder)).toThrow("it is empty or gone, and was not before");
});

/** What a damaged page hides must not look as if it had never been. */
test("a damaged page of the tree is refused, or all entries are still there", async () => {
  await fill(1);
  const whole = readFileSync(file());
  const keysOf = async (): Promise<string> => {
    const store = new LmdbStore(folder);
    const keys = [...store.keys()].join();
    await store.close();
    return keys;
  };
  const keys = await keysOf();
  let refused = 0;
  for (let page = 0; page * 4096 < whole.length; page += 1) {
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, page * 4096, page * 4096 + 40);
    writeFileSync(file(), damaged);
    try {
      expect(await keysOf()).toBe(keys);
    } catch (error) {
      if (!(error instanceof StorageDamagedError)) throw error;
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(10);
});
