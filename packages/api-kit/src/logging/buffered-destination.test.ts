import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BufferedDestination } from "./buffered-destination.ts";

let folder: string;
let opened: number[];
let made: BufferedDestination[];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "log-"));
  opened = [];
  made = [];
});
afterEach(async () => {
  vi.useRealTimers();
  for (const destination of made) destination.close();
  for (const fd of opened) closeSync(fd);
  await rm(folder, { recursive: true });
});

function open(file: string, flags: number): number {
  const fd = openSync(file, flags, 0o600);
  opened.push(fd);
  return fd;
}

function destinationAt(fd: number): BufferedDestination {
  const destination = new BufferedDestination(fd);
  made.push(destination);
  return destination;
}

describe("into a file", () => {
  let file: string;
  let destination: BufferedDestination;
  beforeEach(() => {
    file = path.join(folder, "log");
    destination = destinationAt(open(file, constants.O_CREAT | constants.O_WRONLY));
  });
  const written = (): string => readFileSync(file, "utf8");

  it("gathers lines, and writes them a quarter of a second after the first", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    destination.write("one\n");
    vi.advanceTimersByTime(249);
    destination.write("two\n");
    expect(written()).toBe("");
    vi.advanceTimersByTime(1);
    vi.useRealTimers(); // poll would let the time go on
    await expect.poll(written).toBe("one\ntwo\n");
  });

  it("does not wait with 64 KB, and keeps what comes meanwhile in order", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const lines = Array.from({ length: 2000 }, (_, n) => `${n} ${"x".repeat(100)}\n`);
    for (const line of lines) destination.write(line);
    await expect.poll(() => written().length).toBeGreaterThan(64 * 1024);
    vi.advanceTimersByTime(250);
    await expect.poll(written).toBe(lines.join(""));
  });

  it("has written everything once it is closed", () => {
    destination.write("one\n");
    destination.close();
    expect(written()).toBe("one\n");
  });
});

describe("into a pipe", () => {
  const whole = 64 * 1024;
  let pipe: string;
  beforeEach(() => {
    pipe = path.join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
  });
  const buffer = Buffer.alloc(whole);
  /** What lies in the pipe now. */
  const readFrom = (fd: number): string => {
    try {
      return buffer.toString("utf8", 0, readSync(fd, buffer));
    } catch (error) {
      expect(error).toMatchObject({ code: "EAGAIN" });
      return "";
    }
  };

  it("waits for a reader that is late, then gives it every line, and says how many were dropped", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const reader = open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const destination = destinationAt(open(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
    const megabyte = `${"x".repeat(1024 * 1024 - 1)}\n`;
    for (let n = 0; n < 20; n++) destination.write(megabyte);
    const parts: string[] = [];
    for (let round = 0; round < 10_000 && !parts.at(-1)?.endsWith('dropped"}\n'); round++) {
      const part = readFrom(reader);
      if (part !== "") parts.push(part);
      vi.advanceTimersByTime(250); // after that it looks whether the pipe has room again
      await new Promise(setImmediate);
    }
    const lines = parts.join("").split("\n").slice(0, -1);
    const [, dropped] = /(\d+) log lines were dropped/.exec(lines.pop() ?? "") ?? [];
    expect(lines.every((line) => line.length === megabyte.length - 1)).toBe(true);
    expect(lines.length + Number(dropped)).toBe(20);
    expect(lines.length).toBeGreaterThan(15);
  });

  it("lets the process end though nobody reads", () => {
    open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const destination = destinationAt(open(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
    destination.write("x".repeat(10 * whole));
    destination.close();
    expect(readFrom(opened[0] ?? 0).length).toBe(whole);
  });

  it("goes on without a reader that has gone", async () => {
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = open(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    const destination = destinationAt(writer);
    closeSync(reader);
    destination.write("lost\n");
    destination.flushSync();
    const later = open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    destination.write("later\n");
    destination.close();
    expect(readFrom(later)).toBe("later\n");
  });
});
