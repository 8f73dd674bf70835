import { identify, isRunning, type ProcessIdentity } from "../shared/process-identity.ts";
import { processTable } from "./process-table.ts";

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
  const ours = new Set(alive);
  for (const row of rows) {
    if (groups.has(row.group) || row.marker === marker) ours.add(row.pid);
  }
  for (let before = -1; before !== ours.size;) {
    before = ours.size;
    for (const row of rows) if (ours.has(row.parent)) ours.add(row.pid);
  }
  ours.delete(process.pid);
  return [...ours].flatMap((pid) => identify(pid) ?? []);
}
