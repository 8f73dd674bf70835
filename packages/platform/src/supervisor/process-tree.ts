import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { identify, isRunning, type ProcessIdentity } from "../shared/process-identity.ts";

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

/** Names the stack's processes in their environment, so that a daemonised grandchild is still found as ours. */
export const processMarker = "DEVSTACK_PROCESS";

/**
 * Every running process that belongs to one of these: itself, its descendants, the members of its process group
 * (each is started as the leader of its own), and whatever carries `marker` in its environment. Children that left
 * group and tree before their parent died are found by the marker alone.
 */
export async function processTree(
  roots: readonly ProcessIdentity[],
  marker: string,
): Promise<readonly ProcessIdentity[]> {
  const rows = await processTable();
  const alive = new Set(roots.filter(isRunning).map((root) => root.pid));
  // A group outlives its leader, and its number can't be given to a new process meanwhile: so a dead root's group
  // is ours unless a newer process leads it.
  const groups = new Set(
    roots
      .filter((root) => alive.has(root.pid) || identify(root.pid) === undefined)
      .map((root) => root.pid),
  );
  const marked = await Promise.all(rows.map((row) => carriesMarker(row.pid, marker)));
  const ours = new Set(alive);
  for (const [index, row] of rows.entries()) {
    if (groups.has(row.group) || marked[index]) ours.add(row.pid);
  }
  for (let before = -1; before !== ours.size;) {
    before = ours.size;
    for (const row of rows) if (ours.has(row.parent)) ours.add(row.pid);
  }
  ours.delete(process.pid);
  return [...ours].flatMap((pid) => identify(pid) ?? []);
}

async function processTable(): Promise<readonly ProcessRow[]> {
  return process.platform === "linux" ? tableOnLinux() : tableByPs();
}

async function tableOnLinux(): Promise<readonly ProcessRow[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const rows = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined); // ended meanwhile
      if (stat === undefined) return [];
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return [{ pid: Number(pid), parent: Number(fields[1]), group: Number(fields[2]) }];
    }),
  );
  return rows.flat();
}

async function tableByPs(): Promise<readonly ProcessRow[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axo", "pid=,ppid=,pgid="]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [pid, parent, group] = line.trim().split(/\s+/).map(Number);
      return { pid: pid ?? 0, parent: parent ?? 0, group: group ?? 0 };
    });
}

async function carriesMarker(pid: number, marker: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => ""); // another user's, or ended
  return environment.split("\0").includes(`${processMarker}=${marker}`);
}
