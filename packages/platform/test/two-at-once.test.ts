import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { chooseFreePorts, type Ports } from "../src/app/ports.ts";
import { resolveStack } from "../src/app/stack.ts";
import { surroundings } from "../src/config/folders.ts";
import { eventually } from "../src/shared/eventually.ts";
import { acquireLock } from "../src/shared/lock.ts";
import { type CommandResult, devstack, launcher } from "./command-line.ts";

const services = ["postgres", "redis"];
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) {
    await devstack(folder, ["down"]);
    const stack = await resolveStack({ cwd: folder, home: folder, surroundings: surroundings() });
    for (const each of [folder, stack.folders.state, stack.folders.config])
      await rm(each, { recursive: true, force: true });
  }
});

it("two `up` of the same stack at once start it once, and both say that it is there", async () => {
  const folder = await project(await chooseFreePorts([]));
  const both = await Promise.all([
    devstack(folder, ["up", ...services]),
    devstack(folder, ["up", ...services]),
  ]);
  for (const { exit, stdout, stderr } of both) {
    expect(exit, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/^postgres\s+ready\s/m);
    expect(stdout).toMatch(/^redis-6\s+ready\s/m);
  }
  expect(pidsIn(both[0].stdout)).toEqual(pidsIn(both[1].stdout));
  expect(
    both.filter(({ stderr }) => stderr.includes('waiting for another "devstack up"')).length,
  ).toBeLessThanOrEqual(1);
});

it("says once which other start it waits for, and goes on when that has let go", async () => {
  const folder = await project(await chooseFreePorts([]));
  const stack = await resolveStack({ cwd: folder, home: folder, surroundings: surroundings() });
  const lock = await acquireLock(path.join(stack.folders.run, "start.lock"));
  const starting = spawn(launcher, ["up", "vault"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exit = once(starting, "exit");
  let said = "";
  starting.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const message = `waiting for another "devstack up" (pid ${process.pid}) to start the daemon\n`;
  try {
    await eventually(async () => expect(said).toBe(message), { deadlineMs: 60_000 });
  } finally {
    await lock[Symbol.asyncDispose]();
  }
  expect((await exit)[0]).toBe(0);
  expect(said.split(message)).toHaveLength(2);
});

it("two stacks side by side do not meet: stopping one leaves the other as it was", async () => {
  const firstPorts = await chooseFreePorts([]);
  const [first, second] = [
    await project(firstPorts),
    await project(await chooseFreePorts([firstPorts])),
  ];
  const started = await Promise.all([
    devstack(first, ["up", ...services]),
    devstack(second, ["up", ...services]),
  ]);
  expect(started.map(({ exit }) => exit)).toEqual([0, 0]);
  const passwords = await Promise.all(
    [first, second].map(
      async (folder) => (await devstack(folder, ["vault", "show-password", "redis"])).stdout,
    ),
  );
  expect(new Set(passwords).size).toBe(2);
  expect((await devstack(first, ["down"])).exit).toBe(0);
  const left = await devstack(second, ["status"]);
  expect(pidsIn(left.stdout)).toEqual(pidsIn(started[1].stdout));
  expect(left.stdout.match(/\sready\s/g)).toHaveLength(8); // the vault, postgres, six nodes
});

it("a second stack on the same ports is refused, with the holder named, and the first one is not disturbed", async () => {
  const ports = await chooseFreePorts([]);
  const [first, second] = [await project(ports), await project(ports)];
  expect((await devstack(first, ["up", "postgres"])).exit).toBe(0);
  const before = pidsIn((await devstack(first, ["status"])).stdout);
  const refused = await devstack(second, ["up", "postgres"]);
  expect(refused.exit).toBe(4);
  expect(refused.stderr).toMatch(
    /error DS_PORT_IN_USE: vault needs 127\.0\.0\.1:\d+ \(http\), held by pid \d+ \(.+\)\n\s+hint: /,
  );
  expect(pidsIn((await devstack(first, ["status"])).stdout)).toEqual(before);
});

async function project(ports: Ports): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "two-"));
  await writeFile(
    path.join(folder, "devstack.config.ts"),
    `export default ${JSON.stringify({ ports })};\n`,
  );
  folders.push(folder);
  return folder;
}

/** What the table shows for each instance: its name and its pid. */
function pidsIn(table: CommandResult["stdout"]): readonly string[] {
  return [...table.matchAll(/^([\w-]+)\s+ready\s+(\d+)\s/gm)].map(
    ([, name, pid]) => `${name} ${pid}`,
  );
}
