import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { releaseLockFile } from "./lock-file.ts";

let data: string;
let file: string;
beforeEach(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), "postgres-lock-"));
  file = path.join(data, "postmaster.pid");
});
afterEach(async () => rm(data, { recursive: true }));

const rest = "\n/data\n1790000000\n5432\n\n127.0.0.1\n  5432001    163840\nready   \n";
const release = async (): Promise<void> =>
  releaseLockFile({ account: undefined, folders: { data } });

it("takes over a lock whose pid somebody has, and keeps what it says of shared memory", async () => {
  await writeFile(file, `${process.ppid}${rest}`);
  await release();
  expect(await readFile(file, "utf8")).toBe(`${process.pid}${rest}`);
});

it("leaves a lock of a process that is gone to PostgreSQL, and does without one", async () => {
  const { pid } = spawnSync("true");
  await writeFile(file, `${pid}${rest}`);
  await release();
  expect(await readFile(file, "utf8")).toBe(`${pid}${rest}`);
  await rm(file);
  await release();
});
