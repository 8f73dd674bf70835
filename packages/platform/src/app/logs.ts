import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { instancesOf } from "../services/definition.ts";
import { definitions, serviceOfInstance } from "../services/registry.ts";
import { errnoOf } from "../shared/errors.ts";
import type { Stack } from "./stack.ts";
import { appNames } from "./user-apps.ts";

export interface LogFile {
  readonly name: string;
  readonly file: string;
}

/** How far a log has been shown. */
export interface LogPosition extends LogFile {
  readonly offset: number;
}

type ShowLine = (name: string, line: string) => void;

const blockBytes = 256 * 1024;

/** The logs of these services and instances ("daemon" is the daemon's); of all that there are when none is named. */
export async function logFiles(
  stack: Stack,
  names: readonly string[],
): Promise<readonly LogFile[]> {
  const fileOf = (name: string): LogFile => ({
    name,
    file: path.join(stack.folders.logs, `${name}.log`),
  });
  if (names.length > 0) {
    return names
      .flatMap((name) => (name === "daemon" ? ["daemon"] : instancesNamed(stack, name)))
      .map(fileOf);
  }
  const entries = await readdir(stack.folders.logs).catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.endsWith(".log"))
    .toSorted()
    .map((entry) => fileOf(path.basename(entry, ".log")));
}

function instancesNamed(stack: Stack, name: string): readonly string[] {
  const service = serviceOfInstance(name, appNames(stack));
  const definition = definitions.find((one) => one.name === service);
  return service === name && definition ? instancesOf(definition) : [name];
}

/** Shows the last lines of a log; gives where it ends. */
export async function readLog(log: LogFile, lines: number, show: ShowLine): Promise<LogPosition> {
  const { text, end } = await readFrom(log.file, -blockBytes);
  if (text !== "" && lines > 0)
    for (const line of text.trimEnd().split("\n").slice(-lines)) show(log.name, line);
  return { ...log, offset: end };
}

/**
 * Shows what is added to the logs until the signal aborts, also where they are rotated meanwhile, and of those that `find`
 * gives later all that there is.
 */
export async function followLogs(
  positions: readonly LogPosition[],
  find: () => Promise<readonly LogFile[]>,
  show: ShowLine,
  signal: AbortSignal,
): Promise<void> {
  const logs = new Map<string, FollowedLog>();
  for (const position of positions) logs.set(position.name, await followedFrom(position));
  while (!signal.aborted) {
    for (const log of logs.values()) {
      const lines = (log.rest + (await readAdded(log))).split("\n");
      log.rest = lines.pop() ?? "";
      for (const line of lines) show(log.name, line);
    }
    await delay(100, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
    for (const found of await find())
      if (!logs.has(found.name)) logs.set(found.name, await followedFrom({ ...found, offset: 0 }));
  }
}

interface FollowedLog extends LogFile {
  offset: number;
  /** The beginning of a line whose end is not written yet. */
  rest: string;
  rotated: Rotation;
  shorter: boolean;
}

async function followedFrom(position: LogPosition): Promise<FollowedLog> {
  return { ...position, rest: "", rotated: await rotation(position.file), shorter: false };
}

interface Rotation {
  /** Of the newest rotated file; undefined: there is none. */
  readonly inode: number | undefined;
  readonly sizeBytes: number;
}

async function rotation(file: string): Promise<Rotation> {
  const found = await stat(`${file}.1`).catch(() => undefined); // never rotated
  return { inode: found?.ino, sizeBytes: found?.size ?? 0 };
}

/** What came since: the rest of a file that was rotated away, then what the log holds now. */
async function readAdded(log: FollowedLog): Promise<string> {
  let rest = "";
  const rotated = await rotation(log.file);
  const sizeBytes = (await stat(log.file).catch(() => undefined))?.size ?? 0;
  if (rotated.inode !== log.rotated.inode) {
    // It is copied first and cut then: until it is shorter than its copy it has not been cut.
    if (sizeBytes >= rotated.sizeBytes) return "";
    rest = (await readFrom(`${log.file}.1`, log.offset)).text;
    log.rotated = rotated;
    log.offset = 0;
  } else if (sizeBytes < log.offset) {
    // Cut by somebody else; or its copy had not got its name when it was looked for, and has it the next time.
    if (log.shorter) log.offset = 0;
    log.shorter = !log.shorter;
    if (log.shorter) return "";
  }
  const { text, end } = await readFrom(log.file, log.offset);
  log.offset = end;
  return rest + text;
}

/** The text from an offset (from the end when negative), and where it ends; none when there is no such file. */
async function readFrom(
  file: string,
  offset: number,
): Promise<{ readonly text: string; readonly end: number }> {
  const handle = await open(file, "r").catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  });
  if (!handle) return { text: "", end: 0 };
  try {
    const { size } = await handle.stat();
    const from = offset < 0 ? Math.max(0, size + offset) : Math.min(offset, size);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    return { text: buffer.toString("utf8", 0, bytesRead), end: from + bytesRead };
  } finally {
    await handle.close();
  }
}
