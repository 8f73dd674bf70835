import path from "node:path";
import { errnoOf } from "../../shared/errors.ts";
import { readFileIfPresent, writeFileAtomically } from "../../shared/files.ts";
import type { Run } from "../definition.ts";

/**
 * A postmaster that was killed leaves postmaster.pid. The next one takes it over unless a process has that pid: a
 * stranger that was given the number, or the dead one itself as long as nobody has collected its zombie. So the pid
 * becomes that of this process, the new postmaster's parent, which it disregards. What the file says of shared memory
 * stays: a backend that is still attached to it is found as ever, and the start refused.
 */
export async function releaseLockFile(
  run: Pick<Run, "account"> & { readonly folders: Pick<Run["folders"], "data"> },
): Promise<void> {
  const file = path.join(run.folders.data, "postmaster.pid");
  const [pid, ...rest] = (await readFileIfPresent(file))?.split("\n") ?? [];
  if (pid === undefined || !hasProcess(Number(pid))) return;
  await writeFileAtomically(file, [process.pid, ...rest].join("\n"), { owner: run.account });
}

function hasProcess(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== "ESRCH";
  }
}
