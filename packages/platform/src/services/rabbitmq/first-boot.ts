import { rm } from "node:fs/promises";
import path from "node:path";
import { exists, syncFolder, syncTree, writeFileAtomically } from "../../shared/files.ts";
import type { Run, Step, StepContext } from "../definition.ts";

/**
 * A first boot that is cut off while it makes its tables leaves some that never load. So the data folder is born with
 * this file, the boot script clears what it finds beside it, and it goes once the first boot is over.
 */
export const unfinishedFile = "first-boot-unfinished";

export async function markUnfinished({ run }: StepContext): Promise<void> {
  await writeFileAtomically(markOf(run), "", { owner: run.account });
}

/** Applied when the broker accepts, which it does last of all: its tables, virtual host and administrator are there. */
export const firstBootStep: Step = {
  name: "first boot",
  done: async ({ run }) => !(await exists(markOf(run))),
  apply: async ({ run }) => {
    await syncTree(run.folders.data);
    await rm(markOf(run));
    await syncFolder(run.folders.data);
  },
};

function markOf(run: Run): string {
  return path.join(run.folders.data, unfinishedFile);
}
