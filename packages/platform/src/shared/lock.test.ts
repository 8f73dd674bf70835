import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { acquireLock } from "./lock.ts";
import { identify } from "./process-identity.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "lock-"));
  file = path.join(folder, "lock");
});
afterEach(async () => rm(folder, { recursive: true }));

it("lets one in at a time and leaves nothing behind", async () => {
  let inside = 0;
  const enter = async (): Promise<void> => {
    await using _lock = await acquireLock(file);
    inside += 1;
    expect(inside).toBe(1);
    await new Promise(setImmediate);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, enter));
  expect(await readdir(folder)).toEqual([]);
});

it("takes over from a holder that is gone, also where its pid lives on in another process", async () => {
  await writeFile(file, JSON.stringify({ ...identify(process.pid), startTime: "1" }));
  await using _lock = await acquireLock(file, { signal: AbortSignal.timeout(5000) });
});

it("takes over a half-written lock", async () => {
  await writeFile(file, '{"pid":');
  await using _lock = await acquireLock(file, { signal: AbortSignal.timeout(5000) });
});

it("tells who holds it, once, and gives up when asked to", async () => {
  await using _held = await acquireLock(file);
  const holders: number[] = [];
  const waiting = acquireLock(file, {
    onWait: ({ pid }) => holders.push(pid),
    signal: AbortSignal.timeout(300),
  });
  await expect(waiting).rejects.toThrow(/abort/i);
  expect(holders).toEqual([process.pid]);
});

it("holds between processes: none of 4 × 25 additions to a file is lost", async () => {
  const counter = path.join(folder, "counter");
  await writeFile(counter, "0");
  const lock = new URL("lock.ts", import.meta.url).href;
  const program = `
    import { readFileSync, writeFileSync } from "node:fs";
    const { acquireLock } = await import(${JSON.stringify(lock)});
    for (let i = 0; i < 25; i += 1) {
      await using _ = await acquireLock(process.argv[1]);
      writeFileSync(process.argv[2], String(Number(readFileSync(process.argv[2], "utf8")) + 1));
    }`;
  const args = [
    "--disable-warning=ExperimentalWarning",
    "--input-type=module-typescript",
    "-e",
    program,
    file,
    counter,
  ];
  await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, args)));
  expect(await readFile(counter, "utf8")).toBe("100");
});
