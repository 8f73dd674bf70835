import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dataFile, LmdbStore } from "./lmdb-store.ts";

const run = promisify(execFile);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const value = (text: string): Buffer => Buffer.from(text);
const read = (store: LmdbStore, key: string): string | undefined => {
  const found = store.get(key);
  return found === undefined ? undefined : Buffer.from(found).toString();
};

describe("the store", () => {
  test("keeps what was applied, also over a restart", async () => {
    const store = new LmdbStore(folder);
    await store.apply([
      { key: "a", value: value("1") },
      { key: "b", value: value("2") },
    ]);
    await store.apply([{ key: "a", value: undefined }]);
    await store.close();
    const again = new LmdbStore(folder);
    expect([read(again, "a"), read(again, "b")]).toEqual([undefined, "2"]);
    await again.close();
  });

  test("shows a write at once, and says that it is on its way", async () => {
    const store = new LmdbStore(folder);
    const durable = store.apply([{ key: "a", value: value("1") }]);
    expect(read(store, "a")).toBe("1");
    expect(store.pending("a")).toBeDefined();
    await durable;
    expect(store.pending("a")).toBeUndefined();
    expect(read(store, "a")).toBe("1");
    await store.close();
  });

  test.each([
    ["on disk", true],
    ["on the way there", false],
  ])("lists one level, with the writes %s", async (_, wait) => {
    const store = new LmdbStore(folder);
    const keys = ["f/a", "f/a/x", "f/a/y", "f/b/x/y", "f/c", "f0", "e/z", "f/é"];
    const writes = store.apply(keys.map((key) => ({ key, value: value(key) })));
    if (wait) await writes;
    expect(store.list("f/")).toEqual(["a", "a/", "b/", "c", "é"]);
    expect(store.list("")).toEqual(["e/", "f/", "f0"]);
    const removal = store.apply([
      { key: "f/b/x/y", value: undefined },
      { key: "f/c", value: undefined },
    ]);
    if (wait) await removal;
    expect(store.list("f/")).toEqual(["a", "a/", "é"]);
    await store.close();
  });

  test("is for its owner alone", async () => {
    const store = new LmdbStore(join(folder, "data"));
    expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, "data", dataFile)).mode & 0o777).toBe(0o600);
    await store.close();
  });
});

const writer = fileURLToPath(import.meta.resolve("../../test/write-until-killed.ts"));
const strace = ["/usr/bin/strace", "/usr/local/bin/strace"].find((path) => existsSync(path));

if (strace === undefined) console.log("the order of syncs: skipped, since there is no strace");

/** A kill shows nothing of a power cut: the system keeps what was written. So the calls themselves are looked at. */
test.skipIf(strace === undefined)("nothing is told before it is synced", async () => {
  const trace = join(folder, "trace");
  // Slow syncs, so that whoever does not wait for them is seen.
  const slow = "--inject=fdatasync,fsync,msync:delay_enter=30000";
  const options = ["-f", "-e", "trace=fdatasync,fsync,msync,write", slow, "-o", trace];
  await run(strace ?? "", [...options, process.execPath, writer, join(folder, "data"), "10"]);
  const lines = readFileSync(trace, "utf8").split("\n");
  let synced = false;
  let told = 0;
  for (const line of lines) {
    if (/ (fdatasync|fsync|msync)(\(.*| resumed.*)= 0/.test(line)) synced = true;
    if (!/ write\(1, "\d+\\n"/.test(line)) continue;
    expect(synced).toBe(true);
    synced = false;
    told += 1;
  }
  expect(told).toBe(10);
});

test("a killed process loses no write it was told of, and no half of one", async () => {
  const child = spawn(process.execPath, [writer, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  let told = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    told = Number(line);
    if (told >= 50) child.kill("SIGKILL");
  }
  await exit;
  expect(told).toBeGreaterThanOrEqual(50);
  const store = new LmdbStore(folder);
  const counters = ["left", "middle", "right"].map((key) => Number(read(store, key)));
  expect(new Set(counters).size).toBe(1);
  expect(counters[0]).toBeGreaterThanOrEqual(told);
  await store.close();
});
