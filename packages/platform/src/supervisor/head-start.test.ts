import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { eventually } from "../shared/eventually.ts";
import { isRunning } from "../shared/process-identity.ts";
import { freePort } from "./fixtures/free-port.ts";
import { listeningMember, type MemberShape } from "./fixtures/listening-member.ts";
import { connectOnce } from "./ports.ts";
import { type LedgerEntry, ProcessLedger } from "./process-ledger.ts";
import { Supervisor } from "./supervisor.ts";
import type { Member, Unit } from "./unit.ts";

let folder: string;
let ledger: ProcessLedger;
let supervisor: Supervisor;
/** What "second" waits for; it settles as the test says. */
let first: { readonly done: PromiseWithResolvers<void>; readonly port: number };
let port: number;
const told: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "head-start-"));
  ledger = new ProcessLedger(path.join(folder, "processes"));
  first = { done: Promise.withResolvers(), port: await freePort() };
  first.done.promise.catch(() => undefined); // the unit tells
  port = await freePort();
  told.length = 0;
});
afterEach(async () => {
  first.done.resolve();
  await supervisor.stop();
  expect(await ledger.entries()).toEqual([]);
  await rm(folder, { recursive: true });
});

function second(shape: MemberShape = {}): Member {
  return listeningMember("second", port, folder, { configuration: "the same", ...shape });
}

/** "second" depends on "first"; its last start was `foreseen`, and now it is to be started as `prepared`. */
function supervise(foreseen: readonly Member[], prepared: () => Promise<readonly Member[]>): void {
  const common = { readyWithinMs: 30_000, settle: async () => undefined };
  const units: readonly Unit[] = [
    {
      ...common,
      name: "first",
      members: ["first"],
      dependsOn: [],
      prepare: async () => [listeningMember("first", first.port, folder)],
      settle: async () => first.done.promise,
    },
    {
      ...common,
      name: "second",
      members: ["second"],
      dependsOn: ["first"],
      foresee: async () => foreseen,
      prepare: prepared,
    },
  ];
  const log = (line: string): void => void told.push(line);
  supervisor = new Supervisor({ units, ledger, stack: `head-start-${process.pid}`, log });
}

/** The process of "second", once it listens, while "first" is not ready. */
async function early(): Promise<LedgerEntry> {
  await eventually(async () => connectOnce(port), { deadlineMs: 20_000 });
  expect(stateOf("second")).toBe("waiting");
  return entry();
}

async function entry(): Promise<LedgerEntry> {
  const [found] = await ledger.entriesOf(["second"]);
  if (!found) throw new Error("nothing is recorded of second");
  return found;
}

function stateOf(name: string): string | undefined {
  return supervisor.status().find((unit) => unit.name === name)?.state;
}

it("starts a process as before beside what it waits for, and takes it over where it is to be the same", async () => {
  supervise([second()], async () => [second()]);
  const starting = supervisor.start(["second"]);
  const process = await early();
  first.done.resolve();
  await starting;
  expect(stateOf("second")).toBe("ready");
  expect(await entry()).toEqual(process);
  expect(isRunning(process)).toBe(true);
  globalThis.process.kill(process.pid, "SIGKILL"); // it is watched like any other
  await eventually(async () => expect((await entry()).pid).not.toBe(process.pid), {
    deadlineMs: 20_000,
  });
});

it("ends it before it starts one that is to be another", async () => {
  supervise([second()], async () => [second({ configuration: "another" })]);
  const starting = supervisor.start(["second"]);
  const process = await early();
  first.done.resolve();
  await starting;
  expect(stateOf("second")).toBe("ready");
  expect(isRunning(process)).toBe(false);
  expect((await entry()).pid).not.toBe(process.pid);
});

it("starts as ever where the process has ended meanwhile", async () => {
  supervise([second()], async () => [second()]);
  const starting = supervisor.start(["second"]);
  const process = await early();
  globalThis.process.kill(process.pid, "SIGKILL");
  await eventually(async () => expect(isRunning(process)).toBe(false), { deadlineMs: 20_000 });
  first.done.resolve();
  await starting;
  expect(stateOf("second")).toBe("ready");
  expect(await entry()).not.toEqual(process);
});

it("ends it where what it waited for fails", async () => {
  supervise([second()], async () => [second()]);
  const starting = supervisor.start(["second"]);
  const process = await early();
  first.done.reject(new Error("it is broken"));
  await starting;
  expect(stateOf("second")).toBe("failed");
  expect(isRunning(process)).toBe(false);
});

it("ends it where it can't be prepared", async () => {
  supervise([second()], async () => Promise.reject(new Error("no such credential")));
  const starting = supervisor.start(["second"]);
  const process = await early();
  first.done.resolve();
  await starting;
  expect(stateOf("second")).toBe("failed");
  expect(isRunning(process)).toBe(false);
});

it("ends it at a stop that comes while it waits", async () => {
  supervise([second()], async () => [second()]);
  const starting = supervisor.start(["second"]);
  const process = await early();
  const stopping = supervisor.stop();
  first.done.resolve();
  await Promise.all([starting, stopping]);
  expect(stateOf("second")).toBe("stopped");
  expect(isRunning(process)).toBe(false);
});

it("tells of a port that is taken when the start itself meets it, and no sooner", async () => {
  supervise([second()], async () => [second()]);
  const held = net.createServer();
  await new Promise<void>((resolve) => held.listen(port, "127.0.0.1", resolve));
  const starting = supervisor.start(["second"]);
  await eventually(async () => expect(told.join("\n")).toContain("no head start"), {
    deadlineMs: 20_000,
  });
  expect(stateOf("second")).toBe("waiting");
  first.done.resolve();
  const states = await starting;
  held.close();
  expect(states.at(-1)?.error?.code).toBe("DS_PORT_IN_USE");
});
