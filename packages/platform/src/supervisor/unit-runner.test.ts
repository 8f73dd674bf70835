import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../shared/eventually.ts";
import { supervisorErrors } from "./errors.ts";
import { freePort } from "./fixtures/free-port.ts";
import { listeningMember } from "./fixtures/listening-member.ts";
import { connectOnce, isPortFree } from "./ports.ts";
import { ProcessLedger } from "./process-ledger.ts";
import type { Unit, UnitStatus } from "./unit.ts";
import { UnitRunner, type UnitRunnerOptions } from "./unit-runner.ts";

let folder: string;
let ports: readonly number[];
let runner: UnitRunner;
let said: string[];

beforeEach(async () => {
  said = [];
  folder = await mkdtemp(path.join(os.tmpdir(), "unit-runner-"));
  ports = [await freePort(), await freePort(), await freePort()];
});

afterEach(async () => {
  await runner.stop();
  await rm(folder, { recursive: true });
});

describe("a unit of several members that are of use only together", () => {
  it("comes back when all end at once", async () => {
    const before = await started();
    for (const pid of before) process.kill(pid, "SIGKILL");
    await readyAgain({ crashes: [1, 1, 1] });
    expect(pidsOf(runner.status()).filter((pid) => before.includes(pid))).toEqual([]);
  });

  it("comes back when another member ends while it settles", async () => {
    let settling = async (): Promise<void> => undefined;
    const [first = Number.NaN] = await started(async () => settling());
    settling = async () => {
      settling = async () => undefined;
      await kill(1);
    };
    process.kill(first, "SIGKILL");
    await readyAgain({ crashes: [1, 1, 0] });
  });

  it("restarts one member once, and does not take its end for a crash", async () => {
    const [first, second, third] = await started();
    await runner.restart("member-1");
    const [one, two, three] = pidsOf(runner.status());
    expect([one, three]).toEqual([first, third]);
    expect(two).not.toBe(second);
    await readyAgain({ crashes: [0, 0, 0] });
    expect(pidsOf(runner.status())).toEqual([one, two, three]);
  });

  it("tells the member at once that its process has ended by itself, whatever comes of that", async () => {
    const told: unknown[] = [];
    const [first = Number.NaN] = await started(undefined, undefined, async (index) => {
      told.push([index, await isPortFree(ports[index] ?? 0), pidsOf(runner.status()).length]);
      throw new Error("nobody takes its place");
    });
    process.kill(first, "SIGKILL");
    await readyAgain({ crashes: [1, 0, 0] });
    await runner.restart("member-1"); // that is asked for
    expect(told).toEqual([[0, true, 2]]);
    expect(said.join("\n")).toContain("nobody takes its place");
  });

  it("says at once which process ended while a first start waits for the others to answer", async () => {
    let killed = false;
    const starting = started(
      async () => undefined,
      async () => {
        await connectOnce(ports[0] ?? 0);
        if (!killed) await kill(0);
        killed = true;
      },
    );
    await expect(starting).rejects.toMatchObject({ code: "DS_PROCESS_ENDED" });
    expect(pidsOf(runner.status())).toEqual([]);
  });

  it("says at once which process ended while a first start settles", async () => {
    const starting = started(async () => kill(0));
    await expect(starting).rejects.toMatchObject({ code: "DS_PROCESS_ENDED" });
    expect(runner.status()).toMatchObject({ state: "failed" });
    expect(pidsOf(runner.status())).toEqual([]);
  });
});

describe("a unit whose start is tried again", () => {
  it("tells of the first failure, shows it while it waits, and is ready once what it lacked is there", async () => {
    const [port = -1] = ports;
    const lacks = path.join(folder, "configuration");
    const listen = `require("net").createServer().listen(${port}, "127.0.0.1")`;
    runner = runnerOf({
      members: ["app"],
      retriesStart: true,
      prepare: async () => [
        listeningMember("app", port, folder, {
          args: ["-e", `require("fs").readFileSync(${JSON.stringify(lacks)}); ${listen}`],
        }),
      ],
      settle: async () => undefined,
    });
    runner.expect();
    await expect(runner.start()).rejects.toMatchObject({ code: "DS_PROCESS_ENDED" });
    expect(runner.status()).toMatchObject({
      state: "restarting",
      error: { code: "DS_PROCESS_ENDED", message: expect.stringContaining(lacks) },
    });
    await writeFile(lacks, "");
    await eventually(async () => expect(runner.status().state).toBe("ready"), {
      deadlineMs: 10_000,
    });
    expect(runner.status().error).toBeUndefined();
    await connectOnce(port);
  });

  it("is not tried again once it is stopped, nor where it could not be prepared", async () => {
    const faults: Error[] = [];
    let prepared = 0;
    const [port = -1] = ports;
    runner = runnerOf({
      members: ["app"],
      retriesStart: true,
      prepare: async () => {
        prepared += 1;
        for (const fault of faults) throw fault;
        return [listeningMember("app", port, folder, { args: ["-e", "process.exit(3)"] })];
      },
      settle: async () => undefined,
    });
    runner.expect();
    await expect(runner.start()).rejects.toMatchObject({ code: "DS_PROCESS_ENDED" });
    await runner.stop();
    expect(runner.status().state).toBe("stopped");
    await eventually(async () => expect(said.join("\n")).toContain("aborted"), {
      deadlineMs: 5000, // the pause was broken off
    });
    faults.push(new Error("no such folder"));
    runner.expect();
    await expect(runner.start()).rejects.toThrow("no such folder");
    expect([runner.status().state, prepared]).toEqual(["failed", 2]);
  });
});

describe("a process that ends again before it answers", () => {
  const needed = (): string => path.join(folder, "needed");
  let pauses: number[];

  async function startedWith(pause: (milliseconds: number) => Promise<unknown>): Promise<void> {
    pauses = [];
    const [port = -1, otherPort = -1] = ports;
    const listen = `require("net").createServer().listen(${port}, "127.0.0.1")`;
    const args = ["-e", `require("fs").readFileSync(${JSON.stringify(needed())}); ${listen}`];
    const other = listeningMember("other", otherPort, folder);
    await writeFile(needed(), "");
    runner = runnerOf(
      {
        members: ["app", "other"],
        prepare: async () => [listeningMember("app", port, folder, { args }), other],
        settle: async () => undefined,
      },
      async (milliseconds) => {
        pauses.push(milliseconds);
        await pause(milliseconds);
      },
    );
    runner.expect();
    await runner.start();
    await rm(needed());
  }
  const endIt = (): void => {
    process.kill(pidsOf(runner.status())[0] ?? Number.NaN, "SIGKILL");
  };

  it("is started again after a longer pause, with the reason shown meanwhile", async () => {
    const shown: unknown[] = [];
    await startedWith(async () => {
      const { state, error, members } = runner.status();
      shown.push([state, error?.message, members[0]?.pid]);
      if (pauses.length === 3) await writeFile(needed(), "");
    });
    endIt();
    await eventually(
      async () =>
        expect(runner.status()).toMatchObject({
          state: "ready",
          members: [{ crashes: 3 }, { crashes: 0 }],
        }),
      { deadlineMs: 20_000 },
    );
    expect(pauses).toEqual([1000, 2000, 4000]);
    expect(shown).toEqual([
      ["restarting", undefined, undefined],
      ["restarting", expect.stringContaining(needed()), undefined],
      ["restarting", expect.stringContaining(needed()), undefined],
    ]);
    expect(runner.status().error).toBeUndefined();
  });

  it("is given up after the fifth time within a minute, with what it said last", async () => {
    await startedWith(async () => undefined);
    endIt();
    await eventually(async () => expect(runner.status().state).toBe("failed"), {
      deadlineMs: 25_000,
    });
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000]);
    const { error, members } = runner.status();
    expect(error?.message).toMatch(/^app ended 6 times within 60 s .*; last: app ended with exit/);
    expect(error?.message).toContain(needed());
    expect(members).toMatchObject([{ running: false }, { running: false }]);
  });

  it("is told of to whoever asked for that start", async () => {
    await startedWith(async () => undefined);
    await expect(runner.restart("app")).rejects.toMatchObject({ code: "DS_PROCESS_ENDED" });
    expect(pauses).toEqual([0]);
    expect(runner.status().state).toBe("failed");
  });
});

it("is stopped, not failed, where what it waited for ends by the same stop", async () => {
  runner = runnerOf({ members: [], prepare: async () => [], settle: async () => undefined });
  runner.expect();
  await runner.stop();
  await runner.abandon(supervisorErrors.DS_SUPERVISOR_STOPPING("first is being stopped"));
  expect(runner.status()).toMatchObject({ state: "stopped" });
  runner.expect();
  await runner.abandon(supervisorErrors.DS_PROCESS_ENDED("first has ended"));
  expect(runner.status()).toMatchObject({ state: "failed", error: { message: "first has ended" } });
});

/**
 * Starts three members. `onSettle` is called before they settle, `onThird` once the third answers, `onEnd` as a member's
 * `ended`. Gives their pids.
 */
async function started(
  onSettle: () => Promise<void> = async () => undefined,
  onThird: () => Promise<void> = async () => undefined,
  onEnd: (index: number) => Promise<void> = async () => undefined,
): Promise<readonly number[]> {
  const members = ports.map((port, index) => ({
    ended: async () => onEnd(index),
    ...listeningMember(`member-${index}`, port, folder, {
      accepting: async () => {
        await connectOnce(port);
        if (index === 2) await onThird();
      },
    }),
  }));
  runner = runnerOf({
    members: members.map(({ name }) => name),
    prepare: async () => members,
    settle: async ({ signal }) => {
      await onSettle();
      await eventually(async () => Promise.all(ports.map(connectOnce)), {
        deadlineMs: Number.POSITIVE_INFINITY,
        signal,
      });
    },
  });
  runner.expect();
  await runner.start();
  return pidsOf(runner.status());
}

function runnerOf(
  shape: Pick<Unit, "members" | "prepare" | "settle"> & { readonly retriesStart?: boolean },
  pause?: UnitRunnerOptions["pause"],
): UnitRunner {
  const unit: Unit = { name: "unit", dependsOn: [], readyWithinMs: 15_000, ...shape };
  return new UnitRunner(unit, {
    ledger: new ProcessLedger(path.join(folder, "processes")),
    stack: `unit-runner-test-${process.pid}`,
    onEvent: () => undefined,
    log: (line) => said.push(line),
    ...(pause ? { pause } : {}),
  });
}

/** Kills a member's process and waits until its port is shut: its other threads may hold it a moment longer. */
async function kill(index: number): Promise<void> {
  const pid = runner.status().members[index]?.pid;
  if (pid === undefined) throw new Error(`member ${index} has no process`);
  process.kill(pid, "SIGKILL");
  await eventually(async () => expect(await isPortFree(ports[index] ?? 0)).toBe(true), {
    deadlineMs: 5000,
  });
}

async function readyAgain({ crashes }: { crashes: readonly number[] }): Promise<void> {
  await eventually(
    async () => {
      const status = runner.status();
      expect(status.state).toBe("ready");
      expect(status.members.map((one) => one.crashes)).toEqual(crashes);
    },
    { deadlineMs: 12_000 },
  );
  for (const port of ports) await connectOnce(port);
}

function pidsOf(status: UnitStatus): readonly number[] {
  return status.members.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
}
