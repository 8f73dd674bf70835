import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../shared/eventually.ts";
import { identify, isRunning } from "../shared/process-identity.ts";
import { startGated } from "./gated-process.ts";
import { itOnLinux } from "../shared/fixtures/it-on-linux.ts";
import { freePort } from "./fixtures/free-port.ts";
import { listeningMember, type MemberShape } from "./fixtures/listening-member.ts";
import { connectOnce, isPortFree } from "./ports.ts";
import { MemberRunner } from "./member-runner.ts";
import { ProcessLedger } from "./process-ledger.ts";
import { processTree } from "./process-tree.ts";
import { reapLeftovers } from "./reap-leftovers.ts";
import { Supervisor } from "./supervisor.ts";
import type { Unit, UnitEvent } from "./unit.ts";

const stackName = `supervisor-test-${process.pid}`;

let folder: string;
let ledger: ProcessLedger;
let running: Supervisor[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "supervisor-"));
  ledger = new ProcessLedger(path.join(folder, "processes"));
  running = [];
});

afterEach(async () => {
  for (const supervisor of running) await supervisor.stop();
  await rm(folder, { recursive: true });
});

describe("start", () => {
  it("starts each unit after what it depends on, and gives their states", async () => {
    const [a, b] = [await freePort(), await freePort()];
    const events: UnitEvent[] = [];
    const supervisor = supervise([unit("second", b, { dependsOn: ["first"] }), unit("first", a)]);
    using _following = supervisor.follow((event) => events.push(event));
    const states = await supervisor.start(["second"]);
    expect(states.map(({ name, state }) => [name, state])).toEqual([
      ["first", "ready"],
      ["second", "ready"],
    ]);
    const order = events.map(({ unit: name, state }) => `${name} ${state}`);
    expect(order.indexOf("first ready")).toBeLessThan(order.indexOf("second preparing"));
    await connectOnce(b);
  });

  it("begins with the one that the others should not hold up", async () => {
    const late = { ...unit("late", await freePort()), startsFirst: true };
    const supervisor = supervise([unit("early", await freePort()), late]);
    const order: string[] = [];
    using _following = supervisor.follow(({ unit: name, state }) => {
      if (state === "preparing") order.push(name);
    });
    await supervisor.start(["early", "late"]);
    expect(order).toEqual(["late", "early"]);
  });

  itOnLinux("has the identity on disk while the process is still held at the gate", async () => {
    const port = await freePort();
    // The ledger is asked to record before the word is given: the process is there, and has done nothing yet. What is
    // seen there is judged outside, because an error thrown to the supervisor would only fail the unit.
    let seen: unknown;
    const watching = new (class extends ProcessLedger {
      override async record(entry: Parameters<ProcessLedger["record"]>[0]): Promise<void> {
        await super.record(entry);
        const command = await readFile(`/proc/${entry.pid}/cmdline`, "utf8");
        seen = {
          files: await readdir(path.join(folder, "processes")),
          running: isRunning(entry),
          held: command.startsWith("/bin/sh\0"),
          portFree: await isPortFree(port),
        };
      }
    })(path.join(folder, "processes"));
    ledger = watching;
    const [status] = await supervise([unit("one", port)]).start(["one"]);
    expect(seen).toEqual({ files: ["one.json"], running: true, held: true, portFree: true });
    expect(status?.state).toBe("ready");
  });

  it("tells the exit code and the last words of a process that ends before it answers", async () => {
    const supervisor = supervise([
      unit("one", await freePort(), {
        args: ["-e", "console.log('no such table'); process.exit(4)"],
      }),
    ]);
    const [status] = await supervisor.start(["one"]);
    expect(status?.state).toBe("failed");
    expect(status?.error).toMatchObject({ code: "DS_PROCESS_ENDED" });
    expect(status?.error?.message).toMatch(/exit code 4[\s\S]*no such table/);
  });

  it("names the holder of a port that is taken, and starts nothing", async () => {
    const port = await freePort();
    await using _held = await hold(port);
    const [status] = await supervise([unit("one", port)]).start(["one"]);
    expect(status?.error).toMatchObject({ code: "DS_PORT_IN_USE", exit: 4, details: { port } });
    if (process.platform === "linux")
      expect(status?.error?.message).toContain(`pid ${process.pid}`);
    expect(await ledger.entries()).toEqual([]);
  });

  it("fails a unit whose dependency failed, without starting it", async () => {
    const broken = unit("broken", await freePort(), { args: ["-e", "process.exit(1)"] });
    const supervisor = supervise([
      broken,
      unit("after", await freePort(), { dependsOn: ["broken"] }),
    ]);
    const states = await supervisor.start(["after"]);
    expect(states.at(-1)).toMatchObject({
      name: "after",
      state: "failed",
      error: { code: "DS_DEPENDENCY_FAILED" },
    });
  });

  it("gives up when the unit is not ready in time, and leaves no process", async () => {
    const port = await freePort();
    const slow = unit("slow", port, {
      settle: async ({ signal }) => untilAborted(signal),
      readyWithinMs: 300,
    });
    const [status] = await supervise([slow]).start(["slow"]);
    expect(status?.error).toMatchObject({ code: "DS_NOT_READY", exit: 5 });
    expect(await isPortFree(port)).toBe(true);
  });

  it("says why it was last found not ready: the member that did not accept", async () => {
    const slow = unit("slow", await freePort(), {
      accepting: async () => Promise.reject(new Error("the table is locked")),
      readyWithinMs: 1000,
    });
    const [status] = await supervise([slow]).start(["slow"]);
    expect(status?.error).toMatchObject({ code: "DS_NOT_READY" });
    expect(status?.error?.message).toMatch(/it was starting\); last: slow: the table is locked$/);
  });

  it("says why it was last found not ready: what settling waited for", async () => {
    const slow = unit("slow", await freePort(), {
      settle: async ({ signal, waitingFor }) => {
        const onFailure = (reason: unknown): void => waitingFor((reason as Error).message);
        const refuse = async (): Promise<void> => Promise.reject(new Error("no master yet"));
        await eventually(refuse, { deadlineMs: 10_000, signal, onFailure });
      },
      readyWithinMs: 1000,
    });
    const [status] = await supervise([slow]).start(["slow"]);
    expect(status?.error?.message).toMatch(/it was settling\); last: no master yet$/);
  });
});

describe("a process that ends by itself", () => {
  it("comes back, under another pid, and its unit is ready again", async () => {
    const port = await freePort();
    const supervisor = supervise([unit("one", port)]);
    const before = pidOf(await supervisor.start(["one"]));
    process.kill(before, "SIGKILL");
    await eventually(
      async () => {
        const [status] = supervisor.status();
        expect(status).toMatchObject({ state: "ready", members: [{ crashes: 1, running: true }] });
        expect(status?.members[0]?.pid).not.toBe(before);
      },
      { deadlineMs: 8000 },
    );
    await connectOnce(port);
  });
});

describe("stop", () => {
  it("kills a process that ignores the signal once its grace is over", async () => {
    const port = await freePort();
    const supervisor = supervise([
      unit("one", port, { flags: ["--ignores-sigterm"], graceMs: 200 }),
    ]);
    const pid = pidOf(await supervisor.start(["one"]));
    await supervisor.stop();
    expect(identify(pid)).toBeUndefined();
    expect(await isPortFree(port)).toBe(true);
  });

  it("asks again where the engine may refuse for a while", async () => {
    const supervisor = supervise([
      unit("one", await freePort(), {
        flags: ["--refuses-terms=3"],
        graceMs: 20_000,
        repeatMs: 50,
      }),
    ]);
    await supervisor.start(["one"]);
    const startedAt = performance.now();
    await supervisor.stop();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it("ends what others need to their end after them, and what they needed for their start beside them", async () => {
    const flags = ["--refuses-terms=2"];
    const slow = { flags, graceMs: 20_000, repeatMs: 300, dependsOn: ["store"] };
    const user = { ...unit("user", await freePort(), slow), needsToStart: ["store"] };
    for (const [name, needs] of [
      ["user", user],
      ["app", unit("app", await freePort(), slow)],
    ] as const) {
      const supervisor = supervise([unit("store", await freePort()), needs]);
      await supervisor.start([name]);
      const order: string[] = [];
      using _following = supervisor.follow(({ unit: one, state }) => order.push(`${one} ${state}`));
      await supervisor.stop();
      expect(order).toEqual(
        name === "user"
          ? ["user stopping", "store stopping", "store stopped", "user stopped"]
          : ["app stopping", "app stopped", "store stopping", "store stopped"],
      );
    }
  });

  it("ends a child that has left the process group", async () => {
    const supervisor = supervise([
      unit("one", await freePort(), { flags: ["--forks-child"], graceMs: 2000 }),
    ]);
    await supervisor.start(["one"]);
    const child = await eventually(async () => childIn(path.join(folder, "one.log")), {
      deadlineMs: 5000,
    });
    expect(identify(child)).toBeDefined();
    await supervisor.stop();
    expect(identify(child)).toBeUndefined();
  });

  it("ends a start that is under way", async () => {
    const port = await freePort();
    const supervisor = supervise([
      unit("one", port, { settle: async ({ signal }) => untilAborted(signal) }),
    ]);
    const starting = supervisor.start(["one"]);
    await eventually(async () => connectOnce(port), { deadlineMs: 5000 });
    await supervisor.stop();
    expect((await starting)[0]?.state).not.toBe("ready");
    expect(await isPortFree(port)).toBe(true);
    expect(supervisor.status()[0]?.state).toBe("stopped");
  });
});

describe("leftovers of a dead daemon", () => {
  it("are ended by their written identity, children included, and forgotten", async () => {
    // Started as the supervisor starts it, with nobody left to watch over it.
    const port = await freePort();
    const [member] = await unit("one", port, { flags: ["--forks-child"] }).prepare(
      AbortSignal.timeout(1000),
    );
    if (!member) throw new Error("the unit has no member");
    const marker = `${stackName}/abandoned`;
    const { process: spec, logFile, account } = member;
    const { identity } = await startGated("one", spec, { ledger, marker, account, logFile });
    const child = await eventually(async () => childIn(logFile), { deadlineMs: 5000 });
    expect(await reapLeftovers(ledger)).toEqual(["one"]);
    expect([identify(identity.pid), identify(child)]).toEqual([undefined, undefined]);
    expect(await processTree([], marker)).toEqual([]);
    expect(await ledger.entries()).toEqual([]);
    expect(await isPortFree(port)).toBe(true);
  });

  it("are adopted where they were started as they would be now: pid and log go on, and an end is noticed", async () => {
    const port = await freePort();
    const shape: UnitShape = { configuration: "as ever" };
    const before = await abandoned(unit("one", port, shape));
    const supervisor = supervise([unit("one", port, shape)]);
    expect(pidOf(await supervisor.start(["one"]))).toBe(before);
    await eventually(
      async () => {
        expect(await readFile(path.join(folder, "one.log"), "utf8")).toBe(`listening on ${port}\n`);
      },
      { deadlineMs: 5000 },
    );
    process.kill(before, "SIGKILL");
    await eventually(
      async () => {
        expect(supervisor.status()[0]).toMatchObject({ state: "ready", members: [{ crashes: 1 }] });
        expect(pidOf(supervisor.status())).not.toBe(before);
      },
      { deadlineMs: 8000 },
    );
    await supervisor.stop();
    expect(await isPortFree(port)).toBe(true);
  });

  it("are ended where their configuration is another one now, and by a stop of what never adopted them", async () => {
    const port = await freePort();
    const old = unit("one", port, { configuration: "of before" });
    const before = await abandoned(old);
    const supervisor = supervise([unit("one", port, { configuration: "of now" })]);
    expect(pidOf(await supervisor.start(["one"]))).not.toBe(before);
    expect(identify(before)).toBeUndefined();
    await supervisor.stop();
    const again = await abandoned(old);
    await supervise([old]).stop();
    expect(identify(again)).toBeUndefined();
  });

  it("are ended at the first start where nothing of it needs them", async () => {
    const [first, second] = [await freePort(), await freePort()];
    const left = unit("left", first, { configuration: "as ever" });
    const before = await abandoned(left);
    await supervise([left, unit("other", second)]).start(["other"]);
    expect(identify(before)).toBeUndefined();
  });

  /** The unit's process as a daemon that died left it. */
  async function abandoned(of: Unit): Promise<number> {
    const [member] = await of.prepare(AbortSignal.timeout(1000));
    if (!member) throw new Error("the unit has no member");
    const runner = new MemberRunner(member, { ledger, stack: stackName });
    await runner.start(AbortSignal.timeout(10_000));
    const { pid } = runner.status();
    if (pid === undefined) throw new Error("it has no process");
    return pid;
  }

  it("are not confused with a process that was given the same pid later", async () => {
    await ledger.record({
      name: "old",
      pid: process.pid,
      startTime: "1",
      marker: `${stackName}/old`,
      stop: { signal: "SIGKILL", graceMs: 10 },
    });
    await reapLeftovers(ledger); // this very process would be gone
    expect(await ledger.entries()).toEqual([]);
  });
});

interface UnitShape extends MemberShape {
  readonly dependsOn?: readonly string[];
  readonly settle?: Unit["settle"];
  readonly readyWithinMs?: number;
}

describe("renew", () => {
  it("asks each unit that is ready, after what it depends on, and tells of one that can't", async () => {
    const [a, b, c] = [await freePort(), await freePort(), await freePort()];
    const asked: string[] = [];
    const told: string[] = [];
    const renewing = (one: Unit, fault?: string): Unit => ({
      ...one,
      renew: async () => {
        asked.push(one.name);
        if (fault !== undefined) throw new Error(fault);
      },
    });
    const supervisor = new Supervisor({
      units: [
        renewing(unit("second", b, { dependsOn: ["first"] })),
        renewing(unit("first", a), "the vault is sealed"),
        renewing(unit("stopped", c)),
      ],
      ledger,
      stack: stackName,
      log: (line) => told.push(line),
    });
    running.push(supervisor);
    await supervisor.start(["second"]);
    await supervisor.renew();
    expect(asked).toEqual(["first", "second"]);
    expect(told).toContain("first was not renewed: the vault is sealed");
    expect(supervisor.status().map(({ state }) => state)).toEqual(["ready", "ready", "stopped"]);
  });

  it("does not hold up a stop", async () => {
    let begun = false;
    const hanging: Unit = {
      ...unit("hanging", await freePort()),
      renew: async () => {
        begun = true;
        await new Promise(() => undefined);
      },
    };
    const supervisor = supervise([hanging]);
    await supervisor.start(["hanging"]);
    const renewed = supervisor.renew();
    await eventually(async () => expect(begun).toBe(true), { deadlineMs: 5000 });
    const states = await supervisor.stop();
    expect(states.map(({ state }) => state)).toEqual(["stopped"]);
    await renewed;
  });
});

function unit(name: string, port: number, shape: UnitShape = {}): Unit {
  return {
    name,
    dependsOn: shape.dependsOn ?? [],
    members: [name],
    readyWithinMs: shape.readyWithinMs ?? 20_000,
    prepare: async () => [listeningMember(name, port, folder, shape)],
    settle: shape.settle ?? (async () => undefined),
  };
}

function supervise(units: readonly Unit[]): Supervisor {
  const supervisor = new Supervisor({ units, ledger, stack: stackName, log: () => undefined });
  running.push(supervisor);
  return supervisor;
}

function pidOf(states: Awaited<ReturnType<Supervisor["start"]>>): number {
  const status = states.at(-1);
  const pid = status?.members[0]?.pid;
  if (pid === undefined) throw new Error(`nothing runs: ${JSON.stringify(status)}`);
  return pid;
}

async function childIn(logFile: string): Promise<number> {
  const said = /child (\d+)/.exec(await readFile(logFile, "utf8"));
  if (!said) throw new Error("the child has not said its pid yet");
  return Number(said[1]);
}

async function hold(port: number): Promise<AsyncDisposable> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    [Symbol.asyncDispose]: async () => void (await new Promise((resolve) => server.close(resolve))),
  };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason as Error)),
  );
}
