import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { exists } from "../shared/files.ts";
import { identify, isRunning, type ProcessIdentity } from "../shared/process-identity.ts";
import { controlSocket } from "../supervisor/control-protocol.ts";
import { ProcessLedger } from "../supervisor/process-ledger.ts";
import { down, type DownOptions } from "./down.ts";
import { daemonFile } from "./running-daemon.ts";
import type { Stack } from "./stack.ts";

let stack: Stack;

beforeEach(async () => {
  const run = await mkdtemp(path.join(os.tmpdir(), "down-"));
  await mkdir(path.join(run, "processes"));
  stack = { folders: { run } } as unknown as Stack;
});
afterEach(async () => rm(stack.folders.run, { recursive: true }));

it.each<[string, string, DownOptions?]>([
  [
    "only when it is killed",
    'process.on("SIGTERM", () => undefined)',
    { force: true, forcedWithinMs: 300 },
  ],
  ["at the question", 'connection.once("data", () => process.kill(process.pid, "SIGKILL"))'],
  ["in the middle", "connection.end()"], // and goes on for a moment
])("ends what a daemon leaves that ends %s", async (_, onConnection, options = {}) => {
  const socket = JSON.stringify(controlSocket(stack.folders.run));
  using daemon = await start(process.execPath, [
    "-e",
    `const server = require("node:net").createServer((connection) => { ${onConnection}; server.close(); });
     server.listen(${socket}, () => console.log("listens"))`,
  ]);
  await writeFile(daemonFile(stack), JSON.stringify(daemon.identity));
  using engine = await start("sh", ["-c", "echo runs; exec sleep 60"]);
  const ledger = new ProcessLedger(path.join(stack.folders.run, "processes"));
  const stop = { signal: "SIGTERM", graceMs: 5000 } as const;
  await ledger.record({ ...engine.identity, name: "engine", marker: "down/engine", stop });
  expect(await down(stack, options)).toBe("leftovers ended");
  expect([daemon, engine].map(({ identity }) => isRunning(identity))).toEqual([false, false]);
  expect(await ledger.entries()).toEqual([]);
});

/** Resolves once it has said something. */
async function start(
  program: string,
  args: readonly string[],
): Promise<Disposable & { readonly identity: ProcessIdentity }> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  await once(child.stdout, "data");
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (!identity) throw new Error(`${program} did not start`);
  return { identity, [Symbol.dispose]: () => void child.kill("SIGKILL") };
}

it("leaves nothing of a stack that was never started", async () => {
  const run = path.join(stack.folders.run, "never", "run");
  expect(await down({ folders: { run } } as unknown as Stack)).toBe("was not running");
  expect(await exists(path.dirname(run))).toBe(false);
});
