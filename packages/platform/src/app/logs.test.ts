import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { eventually } from "../shared/eventually.ts";
import { LogKeeper } from "../supervisor/log-keeper.ts";
import { followLogs, logFiles, readLog } from "./logs.ts";
import type { Stack } from "./stack.ts";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "logs-"));
  file = path.join(folder, "engine.log");
});
afterEach(async () => rm(folder, { recursive: true }));

it("follows a log across its rotations, each line once", async () => {
  using keeper = new LogKeeper({ folder, limitBytes: 20_000 });
  await writeFile(file, "before\n");
  const shown: string[] = [];
  const show = (_name: string, line: string): number => shown.push(line);
  const over = new AbortController();
  const following = followLogs(
    [await readLog({ name: "engine", file }, 0, show)],
    async () => [],
    show,
    over.signal,
  );
  const expected: string[] = [];
  for (let number = 0; number < 300; number += 1) {
    const line = `line ${number} ${"x".repeat(300)}`;
    expected.push(line);
    await appendFile(file, `${line}\n`);
    keeper.poll();
    if (number % 40 === 0)
      await eventually(async () => expect(shown).toEqual(expected), { deadlineMs: 5000 });
  }
  await eventually(async () => expect(shown).toEqual(expected), { deadlineMs: 5000 });
  over.abort();
  await following;
});

it("starts anew with a log that somebody cut", async () => {
  await writeFile(file, "a long line that is there before\n");
  const shown: string[] = [];
  const show = (_name: string, line: string): number => shown.push(line);
  const over = new AbortController();
  const following = followLogs(
    [await readLog({ name: "engine", file }, 1, show)],
    async () => [],
    show,
    over.signal,
  );
  await writeFile(file, "new\n");
  await eventually(async () => expect(shown.at(-1)).toBe("new"), { deadlineMs: 5000 });
  over.abort();
  await following;
});

it("follows a log too that comes later, from its first line", async () => {
  const stack = { folders: { logs: folder }, apps: [] } as unknown as Stack;
  const shown: string[] = [];
  const over = new AbortController();
  const following = followLogs(
    [],
    async () => logFiles(stack, []),
    (name, line) => shown.push(`${name}: ${line}`),
    over.signal,
  );
  await writeFile(file, "first\nsecond\n");
  await eventually(async () => expect(shown).toEqual(["engine: first", "engine: second"]), {
    deadlineMs: 5000,
  });
  await appendFile(file, "third\n");
  await eventually(async () => expect(shown.at(-1)).toBe("engine: third"), { deadlineMs: 5000 });
  over.abort();
  await following;
  expect(shown).toHaveLength(3);
});
