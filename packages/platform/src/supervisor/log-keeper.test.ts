import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, openSync, renameSync } from "node:fs";
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { eventually } from "../shared/eventually.ts";
import { LogKeeper } from "./log-keeper.ts";

vi.mock("node:fs", { spy: true });

let folder: string;
let file: string;
let keeper: LogKeeper;
let writer: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "log-keeper-"));
  file = path.join(folder, "engine.log");
  keeper = new LogKeeper({ folder, limitBytes: 4096, keptFiles: 3, keptLines: 5 });
});
afterEach(async () => {
  writer?.kill("SIGKILL");
  keeper[Symbol.dispose]();
  await rm(folder, { recursive: true });
});

it("keeps the last lines, and an unfinished one as far as it goes", async () => {
  await writeFile(file, "one\ntwo\nthr");
  keeper.poll();
  expect(keeper.tails()).toEqual({ engine: ["one", "two", "thr"] });
  await appendFile(file, "ee\nfour\nfive\nsix\nseven\n");
  keeper.poll();
  expect(keeper.tails()).toEqual({ engine: ["three", "four", "five", "six", "seven"] });
});

it("rotates a log that an engine holds open", async () => {
  // As the supervisor does it: the descriptor is the child's, in append mode.
  writer = spawn(
    process.execPath,
    ["-e", "let n = 0; setInterval(() => console.log(`line ${n++} ${'x'.repeat(40)}`), 1)"],
    { stdio: ["ignore", openSync(file, "a"), "inherit"] },
  );
  await eventually(
    async () => {
      keeper.poll();
      expect((await readdir(folder)).toSorted()).toEqual(
        ["engine.log", "engine.log.1", "engine.log.2", "engine.log.3"].toSorted(),
      );
    },
    { deadlineMs: 15_000, intervalMs: 5 },
  );
  writer.kill("SIGKILL");
  await once(writer, "exit");
  keeper.poll();
  expect((await stat(file)).size).toBeLessThanOrEqual(4096);
  let next = 0;
  for (const name of ["engine.log.3", "engine.log.2", "engine.log.1", "engine.log"]) {
    const lines = (await readFile(path.join(folder, name), "utf8")).split("\n").slice(0, -1);
    const numbers = lines.map((line) => Number(/^line (\d+) x{40}$/.exec(line)?.[1]));
    // Nothing twice and nothing torn; only between two files can the cut have taken a line with it.
    const first = numbers[0] ?? next;
    expect(first).toBeGreaterThanOrEqual(next);
    expect(numbers).toEqual(numbers.map((_, index) => first + index));
    next = first + numbers.length;
  }
  expect((await stat(`${file}.1`)).mode & 0o777).toBe(0o600);
  expect(keeper.tails()["engine"]?.at(-1)).toContain(`line ${next - 1} `);
});

it("keeps what is written while a log is copied", async () => {
  await writeFile(file, `${"x".repeat(5000)}\n`);
  vi.mocked(renameSync).mockImplementationOnce((from, to) => {
    appendFileSync(file, "late\n");
    renameSync(from, to);
  });
  keeper.poll();
  expect(await readFile(`${file}.1`, "utf8")).toMatch(/^x{5000}\nlate\n$/);
  expect(await readFile(file, "utf8")).toBe("");
  expect(keeper.tails()["engine"]?.at(-1)).toBe("late");
});

it("keeps no more files than it should", async () => {
  for (const round of [1, 2, 3, 4, 5]) {
    await appendFile(file, `${String(round).repeat(5000)}\n`);
    keeper.poll();
  }
  expect((await readdir(folder)).length).toBe(4);
  expect((await readFile(`${file}.3`, "utf8"))[0]).toBe("3");
  expect((await stat(file)).size).toBe(0);
});
