import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What tells a process from a later one that was given the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words: clock ticks since boot on Linux, a date elsewhere. */
  readonly startTime: string;
}

/** The identity of the process that has this pid now; undefined when there is none, or only its zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === "linux" ? startOnLinux(pid) : startByPs(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether exactly this process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

function startOnLinux(pid: number): string | undefined {
  try {
    return startIn(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined; // no such process
  }
}

/**
 * The start time in a line of proc(5)'s stat; undefined for a process that has ended. One whose first thread has ended
 * is called a zombie at once, but while it is being killed others still run, and its ports and files are still its own.
 */
export function startIn(stat: string): string | undefined {
  // The command's name, in parentheses, may hold anything; what follows the last one counts from field 3.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const threads = Number(fields[16]);
  const isOver = state === "X" || (state === "Z" && threads <= 1);
  return isOver ? undefined : fields[18];
}

function startByPs(pid: number): string | undefined {
  try {
    const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    return line === "" || line.startsWith("Z") ? undefined : line.replace(/^\S+\s+/, "");
  } catch {
    return undefined; // ps says so by its exit code
  }
}
