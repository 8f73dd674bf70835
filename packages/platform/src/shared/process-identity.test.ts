import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { identify, isRunning, startIn } from "./process-identity.ts";

const stat = (state: string, threads: number, name = "node"): string =>
  `4711 (${name}) ${state} 1 4711 4711 0 -1 4194560 9 0 0 0 7 6 0 0 20 0 ${threads} 0 1441802 0 0\n`;

it.each([
  { line: stat("S", 11), start: "1441802" },
  { line: stat("S", 1, "a) Z (b"), start: "1441802" },
  { line: stat("Z", 1), start: undefined },
  { line: stat("Z", 4), start: "1441802" }, // killed, but not all of its threads have ended
  { line: stat("X", 0), start: undefined },
])("takes $line for a process that started at $start", ({ line, start }) => {
  expect(startIn(line)).toBe(start);
});

it("knows a process by more than its pid, and until it has ended", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  await once(child, "spawn");
  const identity = identify(child.pid ?? -1);
  if (!identity) throw new Error("it does not run");
  expect(isRunning(identity)).toBe(true);
  expect(isRunning({ ...identity, startTime: "1" })).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isRunning(identity)).toBe(false);
});

/** Its first thread ends, another one goes on. */
const headless = `
import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
print("ready", flush=True)
ctypes.CDLL(None).pthread_exit(None)`;
const canBeHeadless =
  process.platform === "linux" && spawnSync("python3", ["--version"]).status === 0;
if (!canBeHeadless)
  console.warn("a process without its first thread: skipped, it needs Linux and python3");

it.runIf(canBeHeadless)(
  "takes a process for running whose first thread alone has ended",
  async () => {
    const child = spawn("python3", ["-c", headless], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const identity = identify(child.pid ?? -1);
    if (!identity) throw new Error("it does not run");
    expect(isRunning(identity)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isRunning(identity)).toBe(false);
  },
);
