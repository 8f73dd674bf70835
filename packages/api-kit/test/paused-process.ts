import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { expect } from "vitest";

/** Stops the process that listens on this port, and all its children, by SIGSTOP; they go on once disposed of. */
export function pause(port: number): Disposable {
  const stopped = withDescendants(listenerOn(port));
  for (const pid of stopped) process.kill(pid, "SIGSTOP");
  // Each thread stops by itself, a moment later: until then it may still answer.
  const lateAt = Date.now() + 10_000;
  while (!stopped.every(isStopped))
    if (Date.now() > lateAt) throw new Error(`not stopped within 10 s: ${stopped.join(", ")}`);
  return {
    [Symbol.dispose]: () => {
      for (const pid of stopped) process.kill(pid, "SIGCONT");
    },
  };
}

/** The process that listens on this port of 127.0.0.1, or of every address. */
export function listenerOn(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === "0A")
      .map((columns) => `socket:[${columns[9]}]`),
  );
  const pid = pids().find((one) => linksOf(one).some((link) => inodes.includes(link)));
  expect(pid, `nobody listens on ${port}`).toBeGreaterThan(1);
  return pid ?? 0;
}

function isStopped(pid: number): boolean {
  const folder = `/proc/${pid}/task`;
  try {
    return readdirSync(folder).every((thread) =>
      /^.*\) [Tt] /s.test(readFileSync(`${folder}/${thread}/stat`, "utf8")),
    );
  } catch {
    return !existsSync(folder); // it has gone, or a thread of it has just ended
  }
}

function withDescendants(root: number): readonly number[] {
  const parents = new Map(pids().map((pid) => [pid, parentOf(pid)]));
  const found = [root];
  for (const one of found)
    found.push(...[...parents].filter(([, parent]) => parent === one).map(([pid]) => pid));
  return found;
}

function pids(): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function parentOf(pid: number): number {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) . /s, "")
        .split(" ")[0],
    );
  } catch {
    return 0; // it has gone
  }
}

function linksOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return ""; // it has been closed
      }
    });
  } catch {
    return []; // another user's, or gone
  }
}
