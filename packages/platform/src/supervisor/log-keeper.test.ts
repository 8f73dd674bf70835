import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { eventually } from "../shared/eventually.ts";
import { LogKeeper } from "./log-keeper.ts";

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

it("rotates a log that an engine holds open, without a line lost or twice", async () => {
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
  const texts = ["engine.log.3", "engine.log.2", "engine.log.1", "engine.log"].map(async (name) =>
    readFile(path.join(folder, name), "utf8"),
  );
  const numbers = (await Promise.all(texts))
    .join("")
    .trimEnd()
    .split("\n")
    .map((line) => Number(/^line (\d+) x{40}$/.exec(line)?.[1]));
  const first = numbers[0] ?? -1;
  expect(numbers).toEqual(numbers.map((_, index) => first + index));
  expect((await stat(`${file}.1`)).mode & 0o777).toBe(0o600);
  expect(keeper.tails()["engine"]?.at(-1)).toContain(`line ${numbers.at(-1)} `);
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
