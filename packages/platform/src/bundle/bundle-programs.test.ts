import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, utimes } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const source = path.resolve(import.meta.dirname, "..");
const anHourAgo = new Date(Date.now() - 3_600_000);

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), "bundle of programs ")));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

function run(program: string, args: readonly string[]): ReturnType<typeof spawnSync> {
  return spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "" },
  });
}

function bundle(): void {
  const { status, stderr } = run(path.join(source, "bundle", "bundle-programs.ts"), [folder]);
  expect(status, String(stderr)).toBe(0);
}

it("gives programs that do as their sources do, and clears away what nobody runs any more", async () => {
  const begunAt = Date.now();
  const [unused, running, young] = ["unused", "running", "young"].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  for (const each of [unused, running, young]) await mkdir(each);
  for (const each of [unused, running]) await utimes(each, anHourAgo, anHourAgo);
  const user = spawn(process.execPath, ["-e", "setInterval(() => 0, 1000)", running]);
  await once(user, "spawn");
  try {
    bundle();
  } finally {
    user.kill("SIGKILL");
  }
  const stamp = path.join(folder, "current");
  const name = (await readFile(stamp, "utf8")).trim();
  expect(new Set(await readdir(folder))).toEqual(new Set(["current", name, "running", "young"]));
  expect((await stat(stamp)).mtimeMs).toBeGreaterThan(begunAt - 1000);

  const main = path.join(folder, name, "devstack.js");
  for (const args of [["--help"], ["version"], ["status", "--stack", "no name"], ["logs", "-x"]]) {
    const [bundled, plain] = [main, path.join(source, "cli", "main.ts")].map((each) =>
      run(each, args),
    );
    expect([bundled?.status, bundled?.stdout, bundled?.stderr]).toEqual([
      plain?.status,
      plain?.stdout,
      plain?.stderr,
    ]);
  }
  expect(String(run(path.join(folder, name, "vault.js"), []).stderr)).toMatch(/^usage: /);
  expect(String(run(path.join(folder, name, "daemon.js"), []).stderr)).not.toBe("");
});
