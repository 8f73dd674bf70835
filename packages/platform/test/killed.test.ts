import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runningDaemon } from "../src/app/running-daemon.ts";
import { chooseFreePorts } from "../src/app/ports.ts";
import { openStackHandle } from "../src/app/stack-handle.ts";
import { resolveStack, type Stack } from "../src/app/stack.ts";
import { surroundings } from "../src/config/folders.ts";
import { servicesOfProfile } from "../src/services/profiles.ts";
import { definitions, serviceNames } from "../src/services/registry.ts";
import { instancesOf } from "../src/services/definition.ts";
import { eventually } from "../src/shared/eventually.ts";
import { isRunning, type ProcessIdentity } from "../src/shared/process-identity.ts";
import { isPortFree } from "../src/supervisor/ports.ts";
import { ProcessLedger } from "../src/supervisor/process-ledger.ts";
import { processTree } from "../src/supervisor/process-tree.ts";
import { AcknowledgedWrites } from "./acknowledged-writes.ts";
import { devstack, launcher } from "./command-line.ts";
import { chooseSeed, seededRandom } from "./random.ts";

// DEVSTACK_KILLS=long is the whole proof (about an hour); the default form is a taste of it.
const long = process.env["DEVSTACK_KILLS"] === "long";
const firstStartKills = long ? 100 : 3;
const killsOfEach = long ? 20 : 1;
if (!long) {
  console.log("killed: short form, 3 first starts and 5 processes (DEVSTACK_KILLS=long for all)");
}
let folder: string;
let stack: Stack;
const started = servicesOfProfile("standard");

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "killed-"));
  await writeFile(
    path.join(folder, "devstack.config.ts"),
    `export default ${JSON.stringify({ ports: await chooseFreePorts([]) })};\n`,
  );
  stack = await resolveStack({ cwd: folder, home: folder, surroundings: surroundings() });
});
afterEach(async () => {
  await devstack(folder, ["down"]);
  await removeStack();
  await rm(folder, { recursive: true });
});

describe("a first start that is killed", () => {
  it(
    "is continued by the next one, with the keys that were there, and leaves nothing running",
    { timeout: firstStartKills * 60_000 },
    async () => {
      const seed = chooseSeed("killed first starts");
      const random = seededRandom(seed);
      let wholeMs: number | undefined; // the first round's kill comes when it has just ended, and tells how long it takes
      for (let round = 0; round < firstStartKills; round += 1) {
        const afterMs = wholeMs === undefined ? undefined : Math.round(random() * wholeMs);
        const reach = Math.floor(random() * 3); // the command alone; and the daemon; and all that it started
        const label = `seed ${seed}, round ${round}: after ${afterMs} of ${wholeMs} ms, reach ${reach}`;
        const startedAt = performance.now();
        const starting = spawn(launcher, ["up"], { cwd: folder, stdio: "ignore", detached: true });
        await (afterMs === undefined ? once(starting, "exit") : delay(afterMs));
        wholeMs ??= Math.round(performance.now() - startedAt);
        await kill(starting, reach);
        const before = await writtenKeys();
        const again = await devstack(folder, ["up"]);
        expect(again.exit, `${label}\n${again.stdout}${again.stderr}`).toBe(0);
        expect(await writtenKeys(), label).toMatchObject(before);
        await requireNothingLeft(label);
        await removeStack();
      }
      console.log(`killed: ${firstStartKills} first starts, spread over ${wholeMs} ms`);
    },
  );
});

describe("a process that is killed under writes", () => {
  it(
    "comes back, and everything that was acknowledged is there",
    { timeout: (1 + killsOfEach * 12) * 90_000 },
    async () => {
      expect((await devstack(folder, ["up"])).exit).toBe(0);
      const handle = await openStackHandle(stack);
      const writes = new AcknowledgedWrites(handle);
      await writes.start();
      const random = seededRandom(chooseSeed("killed processes"));
      const all = definitions
        .filter(({ name }) => started.includes(name))
        .flatMap(instancesOf)
        .concat("vault");
      const some = all.toSorted(() => random() - 0.5).slice(0, 4);
      const victims = ["daemon", ...(long ? all : some)];
      for (let round = 0; round < killsOfEach; round += 1) {
        for (const victim of victims) {
          await delay(200 + random() * 500); // some writes between two kills
          const killed = await killProcess(victim);
          if (victim === "daemon") expect((await devstack(folder, ["up"])).exit).toBe(0);
          await eventually(async () => requireReady(victim, killed), {
            deadlineMs: 60_000,
            intervalMs: 50,
          });
          const counts = writes.counts();
          await eventually(async () => requireMore(writes, counts), {
            deadlineMs: 60_000,
            intervalMs: 50,
          });
          expect(await writes.lost(), victim).toEqual({});
        }
      }
      await writes.stop();
      console.log(`killed: acknowledged and there: ${JSON.stringify(writes.counts())}`);
      await requireNothingLeft("after the kills");
    },
  );
});

async function kill(starting: ChildProcess, reach: number): Promise<void> {
  const daemon = await runningDaemon(stack);
  const processes = await stackProcesses();
  if (starting.pid !== undefined && starting.exitCode === null)
    process.kill(-starting.pid, "SIGKILL");
  const victims = [...(reach > 0 && daemon ? [daemon] : []), ...(reach > 1 ? processes : [])];
  for (const { pid } of victims.filter(isRunning)) process.kill(pid, "SIGKILL");
}

async function killProcess(victim: string): Promise<number> {
  const daemon = await runningDaemon(stack);
  const status = await (await openStackHandle(stack)).processes();
  const pid =
    victim === "daemon" ? daemon?.pid : status.find((one) => one.instance === victim)?.pid;
  if (pid === undefined) throw new Error(`${victim} does not run`);
  process.kill(pid, "SIGKILL");
  return pid;
}

/** Every service is ready again, and the victim has another process: its end has been noticed. */
async function requireReady(victim: string, killed: number): Promise<void> {
  const all = await (await openStackHandle(stack)).processes();
  const instances = all.filter(({ service }) => started.includes(service));
  const states = instances
    .filter(({ state }) => state !== "ready")
    .map(({ instance, state }) => `${instance} ${state}`);
  if (instances.some(({ pid }) => pid === killed))
    throw new Error(`the end of ${victim} is not noticed yet`);
  if (states.length > 0 || instances.length < started.length)
    throw new Error(`after the end of ${victim}: ${states.join(", ")}`);
}

/** Each engine has acknowledged something since. */
async function requireMore(
  writes: AcknowledgedWrites,
  before: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [name, count] of Object.entries(writes.counts())) {
    if (count <= (before[name] ?? 0)) throw new Error(`${name} has acknowledged nothing since`);
  }
}

/** The vault's keys, the CA and the role ids, as far as they are on disk. */
async function writtenKeys(): Promise<Readonly<Record<string, string>>> {
  const kept = [
    "keys.json",
    "root-token",
    "ca/ca.pem",
    ...serviceNames.map((name) => `approles/${name}/role-id`),
  ];
  const files = existsSync(path.join(stack.folders.vault, "keys.json")) ? kept : []; // without keys nothing was kept
  const there = files.filter((name) => existsSync(path.join(stack.folders.vault, name)));
  const entries = there.map(
    async (name) => [name, await readFile(path.join(stack.folders.vault, name), "utf8")] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function requireNothingLeft(label: string): Promise<void> {
  const processes = await stackProcesses();
  const down = await devstack(folder, ["down"]);
  expect(down.exit, `${label}\n${down.stderr}`).toBe(0);
  expect(processes.filter(isRunning), label).toEqual([]);
  const ports = Object.values(stack.ports).flatMap((own) => Object.values(own));
  const taken = await Promise.all(
    ports.map(async (port) => ((await isPortFree(port)) ? [] : [port])),
  );
  expect(taken.flat(), label).toEqual([]);
}

async function stackProcesses(): Promise<readonly ProcessIdentity[]> {
  const folderOfIdentities = path.join(stack.folders.run, "processes");
  if (!existsSync(folderOfIdentities)) return [];
  const entries = await new ProcessLedger(folderOfIdentities).entries();
  const found = await Promise.all(entries.map(async (entry) => processTree([entry], entry.marker)));
  return found.flat();
}

async function removeStack(): Promise<void> {
  for (const each of [stack.folders.state, stack.folders.config]) {
    await rm(each, { recursive: true, force: true });
    expect(existsSync(each) ? await readdir(each) : []).toEqual([]);
  }
}
