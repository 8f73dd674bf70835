import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";

/** Names the stack's processes in their environment, so that a daemonised grandchild is still found as ours. */
export const processMarker = "DEVSTACK_PROCESS";

export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** What `processMarker` says in its environment, where this user may see that and this system tells. */
  readonly marker: string | undefined;
}

let nextLook: Promise<readonly ProcessRow[]> | undefined;

/** Every process, as it is after this call: those who ask in the same moment share one look. */
export async function processTable(): Promise<readonly ProcessRow[]> {
  nextLook ??= turn().then(async () => {
    nextLook = undefined;
    return process.platform === "linux" ? tableOnLinux() : tableByPs();
  });
  return nextLook;
}

/** At one go: asking the system for so many small files one by one takes ten times as long. */
function tableOnLinux(): readonly ProcessRow[] {
  return readdirSync("/proc").flatMap((name) => {
    const stat = /^\d+$/.test(name) ? textOf(`/proc/${name}/stat`) : "";
    if (stat === "") return []; // no process, or ended meanwhile
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [pid, parent, group] = [name, fields[1], fields[2]].map(Number);
    return [{ pid: pid ?? 0, parent: parent ?? 0, group: group ?? 0, marker: markerOf(name) }];
  });
}

function markerOf(pid: string): string | undefined {
  const start = `${processMarker}=`;
  const variables = textOf(`/proc/${pid}/environ`).split("\0");
  return variables.find((variable) => variable.startsWith(start))?.slice(start.length);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // another user's, or ended
  }
}

async function tableByPs(): Promise<readonly ProcessRow[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axo", "pid=,ppid=,pgid="]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [pid, parent, group] = line.trim().split(/\s+/).map(Number);
      return { pid: pid ?? 0, parent: parent ?? 0, group: group ?? 0, marker: undefined };
    });
}
