import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { runningDaemon } from "../src/app/running-daemon.ts";
import { resolveStack, type Stack } from "../src/app/stack.ts";
import { surroundings } from "../src/config/folders.ts";
import { eventually } from "../src/shared/eventually.ts";
import { isRunning, type ProcessIdentity } from "../src/shared/process-identity.ts";
import { freePort } from "../src/supervisor/fixtures/free-port.ts";
import { isPortFree } from "../src/supervisor/ports.ts";
import { ProcessLedger } from "../src/supervisor/process-ledger.ts";
import { launcher } from "./command-line.ts";
import { makeProject, type Project } from "./project.ts";

/** Never of use, and deaf to SIGTERM: a graceful stop waits 10 s for it. It says when it has become so. */
const deaf = [
  process.execPath,
  "-e",
  "process.on('SIGTERM', () => console.log('no', process.pid)); console.log('deaf', process.pid); setInterval(() => {}, 1000)",
];

let project: Project;
let stack: Stack;
let command: ChildProcess | undefined;
let said: string;

beforeAll(async () => {
  const port = await freePort(); // it never listens: it is not ready before the command is interrupted
  project = await makeProject({ apps: { deaf: { command: deaf, port } } });
  const { folder } = project;
  stack = await resolveStack({ cwd: folder, home: folder, surroundings: surroundings() });
});
afterEach(() => command?.kill("SIGKILL"));
afterAll(async () => project[Symbol.asyncDispose]());

it("stops what a first start has started at one Ctrl-C, each in its own good order", async () => {
  const ended = start("up", "redis");
  await runs("redis-6");
  const processes = await ledger().entries();
  command?.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(said).toContain("what had been started is stopped again");
  await nothingIsLeft(processes);
});

it("kills what a start has started at the second Ctrl-C", async () => {
  const ended = start("up", "deaf");
  await hears("deaf");
  const processes = await ledger().entries();
  const startedAt = performance.now();
  await interruptTwice();
  expect(await ended).toBe(130);
  expect(performance.now() - startedAt).toBeLessThan(8000); // its grace is 10 s
  await nothingIsLeft(processes);
});

it("lets a stop go on at one Ctrl-C, and kills at the second", async () => {
  const starting = start("up", "deaf");
  await hears("deaf");
  const processes = await ledger().entries();
  command?.kill("SIGKILL"); // the command is gone, its daemon goes on
  await starting;
  const ended = start("down");
  await hears("no");
  const startedAt = performance.now();
  await interruptTwice();
  expect(await ended).toBe(130);
  expect(performance.now() - startedAt).toBeLessThan(8000);
  await nothingIsLeft(processes);
});

/** The command as a shell starts it; resolves to its exit code. */
function start(...args: readonly string[]): Promise<number | null> {
  said = "";
  const child = spawn(launcher, args, {
    cwd: project.folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  command = child;
  return new Promise((resolve) => child.once("exit", resolve));
}

async function interruptTwice(): Promise<void> {
  command?.kill("SIGINT");
  await eventually(async () => expect(said).toContain("once more to end at once"), {
    deadlineMs: 5000,
  });
  expect((await ledger().entries()).filter(isRunning).map(({ name }) => name)).toContain("deaf");
  command?.kill("SIGINT");
}

function ledger(): ProcessLedger {
  return new ProcessLedger(path.join(stack.folders.run, "processes"));
}

async function runs(name: string): Promise<void> {
  await eventually(
    async () =>
      expect((await ledger().entries()).filter(isRunning).map((one) => one.name)).toContain(name),
    { deadlineMs: 60_000 },
  );
}

/** The word, from the deaf process that runs now: it is deaf already, or it has been asked to end. */
async function hears(word: "deaf" | "no"): Promise<void> {
  await runs("deaf");
  await eventually(
    async () => {
      const pid = (await ledger().entries()).find(({ name }) => name === "deaf")?.pid;
      expect((await project.run("logs", "deaf")).stdout).toContain(`${word} ${pid}`);
    },
    { deadlineMs: 10_000 },
  );
}

async function nothingIsLeft(processes: readonly ProcessIdentity[]): Promise<void> {
  expect(processes.length).toBeGreaterThan(0);
  expect(processes.filter(isRunning)).toEqual([]);
  expect(await runningDaemon(stack)).toBeUndefined();
  for (const port of Object.values(stack.ports).flatMap((own) => Object.values(own)))
    expect(`${port} ${await isPortFree(port)}`).toBe(`${port} true`);
}
