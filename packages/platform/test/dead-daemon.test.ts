import { stat } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectionOf } from "../src/app/connections.ts";
import { runningDaemon } from "../src/app/running-daemon.ts";
import { down } from "../src/app/down.ts";
import type { Stack } from "../src/app/stack.ts";
import { status } from "../src/app/status.ts";
import { createThrowawayStack } from "../src/app/throwaway-stack.ts";
import { up } from "../src/app/up.ts";
import { servicesOfProfile } from "../src/services/profiles.ts";
import { eventually } from "../src/shared/eventually.ts";
import { isRunning } from "../src/shared/process-identity.ts";
import { isPortFree } from "../src/supervisor/ports.ts";
import { ProcessLedger } from "../src/supervisor/process-ledger.ts";
import { likeStack } from "./like-stack.ts";

// The daemon is killed under a whole stack; its engines go on.
let stack: Stack & AsyncDisposable;

beforeAll(async () => {
  stack = await createThrowawayStack(await likeStack());
  await up(stack);
});
afterAll(async () => stack[Symbol.asyncDispose]());

it("adopts the engines of a daemon that was killed: same processes, same logs, same credentials", async () => {
  const [pids, logs, url] = [await enginePids(), await logInodes(), await postgresUrl()];
  await killDaemon();
  expect((await status(stack)).running).toBe(false);
  await up(stack);
  expect(await enginePids()).toEqual(pids);
  expect(await logInodes()).toEqual(logs);
  expect(await postgresUrl()).toBe(url);
});

it("brings back an adopted engine that ends", async () => {
  const before = (await enginePids()).get("mysql");
  if (before === undefined) throw new Error("there is no MySQL");
  process.kill(before, "SIGKILL");
  await eventually(
    async () => {
      const mysql = (await status(stack)).instances.find((one) => one.instance === "mysql");
      expect(mysql?.state).toBe("ready");
      expect(mysql?.pid).not.toBe(before);
    },
    { deadlineMs: 30_000, intervalMs: 100 },
  );
});

it("ends everything by down, where no daemon is left to do it", async () => {
  const processes = await new ProcessLedger(path.join(stack.folders.run, "processes")).entries();
  expect(processes.length).toBeGreaterThan(10);
  await killDaemon();
  expect(await down(stack)).toBe("leftovers ended");
  expect(processes.filter(isRunning)).toEqual([]);
  for (const port of Object.values(stack.ports).flatMap((own) => Object.values(own)))
    expect(`${port} ${await isPortFree(port)}`).toBe(`${port} true`);
});

async function killDaemon(): Promise<void> {
  const daemon = await runningDaemon(stack);
  if (!daemon) throw new Error("no daemon runs");
  process.kill(daemon.pid, "SIGKILL");
  await eventually(async () => expect(isRunning(daemon)).toBe(false), { deadlineMs: 5000 });
}

/** By instance, each of which has to be ready; the vault is started anew, and the profile leaves others out. */
async function enginePids(): Promise<ReadonlyMap<string, number>> {
  const { instances } = await status(stack);
  const wanted = servicesOfProfile(stack.profile).filter((service) => service !== "vault");
  return new Map(
    instances
      .filter((one) => wanted.includes(one.service))
      .map((one) => {
        if (one.state === "ready" && one.pid !== undefined) return [one.instance, one.pid];
        throw new Error(`${one.instance} is not ready: ${JSON.stringify(one)}`);
      }),
  );
}

async function logInodes(): Promise<readonly number[]> {
  const names = [...(await enginePids()).keys()];
  const logs = names.map(async (name) => stat(path.join(stack.folders.logs, `${name}.log`)));
  return (await Promise.all(logs)).map(({ ino }) => ino);
}

async function postgresUrl(): Promise<string> {
  return (await connectionOf(stack, "postgres")).url;
}
