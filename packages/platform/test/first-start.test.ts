import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStackHandle } from "../src/app/stack-handle.ts";
import type { Stack } from "../src/app/stack.ts";
import { createThrowawayStack } from "../src/app/throwaway-stack.ts";
import { up, type UpOutcome } from "../src/app/up.ts";
import { down } from "../src/app/down.ts";
import { readCredential } from "../src/vault/stored-credentials.ts";
import { isPortFree } from "../src/supervisor/ports.ts";
import { processTree } from "../src/supervisor/process-tree.ts";
import { definitions } from "../src/services/registry.ts";
import { instancesOf } from "../src/services/definition.ts";
import { isRunning, type ProcessIdentity } from "../src/shared/process-identity.ts";
import { ProcessLedger } from "../src/supervisor/process-ledger.ts";
import { likeStack } from "./like-stack.ts";
import { listeningSockets } from "../src/supervisor/listening-sockets.ts";
import { type ProcessSamples, sampleProcessesDuring } from "./process-sampler.ts";
import { itOnLinux } from "../src/shared/fixtures/it-on-linux.ts";

// One first start of everything, looked at from all sides.
let stack: Stack & AsyncDisposable;
let samples: ProcessSamples;
let outcome: UpOutcome;

beforeAll(async () => {
  stack = await createThrowawayStack({ ...(await likeStack()), profile: "reference" });
  const starting = up(stack);
  samples = await sampleProcessesDuring(starting);
  outcome = await starting;
});
afterAll(async () => stack[Symbol.asyncDispose]());

it("brings every service up", () => {
  expect(outcome.unavailable).toEqual({});
  expect(
    outcome.daemon.units.map(({ name, state, error }) => [name, state, error?.message]),
  ).toEqual(
    ["vault", ...definitions.map(({ name }) => name)].map((name) => [name, "ready", undefined]),
  );
});

it("shows none of the stack's secrets in any process's arguments or environment", async () => {
  const secrets = await allSecrets(stack);
  expect(secrets.length).toBeGreaterThan(15);
  // The sampler has to have seen what it looks for. Helpers that live for milliseconds may end between two samples.
  const seen = [...samples.texts].join("\n");
  for (const expected of ["postgres -D", "devstack-gate", "DEVSTACK_PROCESS="])
    expect(seen).toContain(expected);
  expect(samples.rounds).toBeGreaterThan(20);
  const leaked = secrets.filter(({ value }) => seen.includes(value)).map(({ name }) => name);
  expect(leaked).toEqual([]);
});

it("writes none of them to a log, and keeps folders and files to their owner", async () => {
  const secrets = await allSecrets(stack);
  for (const name of await readdir(stack.folders.logs)) {
    const text = await readFile(path.join(stack.folders.logs, name), "utf8");
    expect(
      secrets
        .filter(({ value }) => text.includes(value))
        .map((secret) => `${name}: ${secret.name}`),
    ).toEqual([]);
  }
  expect(await looseEntries(stack.folders.config, 0o700, 0o600)).toEqual([]);
  expect(await looseEntries(stack.folders.logs, 0o700, 0o600)).toEqual([]);
  for (const instance of definitions.flatMap(instancesOf)) {
    // What an engine itself writes there may be looser; the folder shuts it.
    const files = path.join(stack.folders.run, instance);
    for (const folder of [files, path.join(stack.folders.data, instance)]) {
      expect(`${instance} ${((await stat(folder)).mode & 0o777).toString(8)}`).toBe(
        `${instance} 700`,
      );
    }
    expect(await looseEntries(path.join(files, "tls"), 0o700, 0o600)).toEqual([]);
  }
});

itOnLinux("listens on loopback only", async () => {
  const pids = (await stackProcesses(stack)).map(({ pid }) => pid);
  const sockets = await listeningSockets(pids);
  const planned = Object.values(stack.ports).flatMap((own) => Object.values(own));
  for (const port of planned) expect(sockets.map((socket) => socket.port)).toContain(port);
  expect(sockets.filter(({ address }) => address !== "127.0.0.1" && address !== "::1")).toEqual([]);
  // Nothing listens on a port that the stack does not name.
  expect(sockets.filter(({ port }) => !planned.includes(port))).toEqual([]);
});

it("runs no engine with root's rights", async () => {
  for (const { instance, pid } of await (await openStackHandle(stack)).processes()) {
    if (instance === "vault") continue;
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    expect(`${instance} ${/^Uid:\s+(\d+)/m.exec(status)?.[1]}`).not.toBe(`${instance} 0`);
    expect(`${instance} ${/^CapEff:\s+(\w+)/m.exec(status)?.[1]}`).toBe(
      `${instance} 0000000000000000`,
    );
  }
});

it("shows the state and changes nothing at a second up", async () => {
  const before = await (await openStackHandle(stack)).processes();
  await up(stack);
  expect((await (await openStackHandle(stack)).processes()).map(({ pid }) => pid)).toEqual(
    before.map(({ pid }) => pid),
  );
});

it("leaves no process and no listening port after down, and keeps data and credentials", async () => {
  const processes = await stackProcesses(stack);
  expect(processes.length).toBeGreaterThan(5);
  const before = await allSecrets(stack);
  await down(stack);
  expect(processes.filter(isRunning)).toEqual([]);
  expect(await stackProcesses(stack)).toEqual([]);
  for (const port of Object.values(stack.ports).flatMap((own) => Object.values(own)))
    expect(await isPortFree(port)).toBe(true);
  const again = await up(stack);
  expect(again.daemon.units.map(({ name, state }) => `${name} ${state}`)).toEqual(
    again.daemon.units.map(({ name }) => `${name} ready`),
  );
  const kept = (list: typeof before): readonly string[] =>
    list
      .filter(({ name }) => !name.endsWith("secret-id"))
      .map(({ name, value }) => `${name} ${value}`);
  expect(kept(await allSecrets(stack))).toEqual(kept(before));
});

interface NamedSecret {
  readonly name: string;
  readonly value: string;
}

/** Every password, token, unseal key, AppRole secret and private key that the stack has. */
async function allSecrets(of: Stack): Promise<readonly NamedSecret[]> {
  const handle = await openStackHandle(of);
  const administrator = await handle.administrator();
  const keys = await handle.keyStore.keys();
  const secrets: NamedSecret[] = [
    { name: "root token", value: (await handle.keyStore.rootToken()).reveal() },
    ...(keys?.shares ?? []).map((share, index) => ({
      name: `share ${index}`,
      value: share.reveal(),
    })),
  ];
  for (const definition of definitions) {
    for (const { path: at, fields, sameAs } of definition.credentials) {
      const stored = await readCredential(administrator, at);
      const generated = Object.entries({ ...fields, ...sameAs }).filter(
        ([, value]) => typeof value !== "string" && typeof value !== "boolean",
      );
      for (const [field] of generated)
        secrets.push({ name: `${at}.${field}`, value: String(stored?.[field]) });
    }
    const identity = await handle.keyStore.identity(definition.name);
    secrets.push({
      name: `${definition.name} secret-id`,
      value: identity?.secretId.reveal() ?? "",
    });
    for (const instance of definition.certificate ? instancesOf(definition) : []) {
      const key = await readFile(path.join(of.folders.run, instance, "tls", "key.pem"), "utf8");
      secrets.push({ name: `${instance} key`, value: key.split("\n")[1] ?? "" });
    }
  }
  for (const { name, value } of secrets)
    if (value.length < 16) throw new Error(`${name} is no secret: ${value.length} letters`);
  return secrets;
}

/** The written identities and all that descends from them; what the daemon itself says is not asked. */
async function stackProcesses(of: Stack): Promise<readonly ProcessIdentity[]> {
  const entries = await new ProcessLedger(path.join(of.folders.run, "processes")).entries();
  const found = await Promise.all(entries.map(async (entry) => processTree([entry], entry.marker)));
  return found.flat();
}

/** Entries below the folder with more rights than these. */
async function looseEntries(
  folder: string,
  folderMode: number,
  fileMode: number,
): Promise<readonly string[]> {
  const entries = [
    folder,
    ...(await readdir(folder, { recursive: true })).map((name) => path.join(folder, name)),
  ];
  const loose = await Promise.all(
    entries.map(async (entry) => {
      const found = await stat(entry).catch(() => undefined); // a temporary file that is gone again
      if (!found || (!found.isDirectory() && !found.isFile())) return [];
      const allowed = found.isDirectory() ? folderMode : fileMode;
      return (found.mode & 0o777 & ~allowed) === 0
        ? []
        : [`${entry} ${(found.mode & 0o777).toString(8)}`];
    }),
  );
  return loose.flat();
}
