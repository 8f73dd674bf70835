import { rm } from "node:fs/promises";
import path from "node:path";
import { acquireLock, lockHolder } from "../../shared/lock.ts";
import { type CachedTree, inspectCache } from "../../toolchain/inspect-cache.ts";
import { engineLock } from "../../toolchain/provide-engine.ts";
import { programsRunning } from "../../toolchain/running-programs.ts";
import { defineCheck, type Found } from "./check.ts";

type Code = "DS_DOCTOR_CHOICE_UNREADABLE" | "DS_DOCTOR_TREE_DAMAGED" | "DS_DOCTOR_TREE_HALF_MADE";

export const cacheHealth = defineCheck({
  name: "cache health",
  codes: {
    DS_DOCTOR_CHOICE_UNREADABLE: {
      severity: "warning",
      why: "the engine is chosen anew at the next start, which takes longer",
    },
    DS_DOCTOR_TREE_DAMAGED: {
      severity: "error",
      why: "the engine's programs, or what they need, are not all there",
    },
    DS_DOCTOR_TREE_HALF_MADE: {
      severity: "warning",
      why: "a start that was cut off left it, and it takes room",
    },
  },
  examine: async ({ stack }) => {
    const { cache } = stack.base;
    const { choices, trees } = await inspectCache(cache);
    const running = await programsRunning();
    const unreadable = choices
      .filter(({ state }) => state === "unreadable")
      .map(({ file }): Found<Code> => ({
        code: "DS_DOCTOR_CHOICE_UNREADABLE",
        what: `${file} can't be understood`,
        command: `rm '${file}'`,
        mend: async () => rm(file, { force: true }),
      }));
    const faulty = trees.map(async (tree): Promise<readonly Found<Code>[]> => {
      if (tree.state === "damaged") {
        const isInUse = running.some((program) => program.startsWith(tree.folder + path.sep));
        return [damaged(tree, cache, isInUse)];
      }
      // Somebody may be making it right now.
      if (tree.state === "whole" || (await lockHolder(engineLock(cache, tree.engine)))) return [];
      return [
        {
          code: "DS_DOCTOR_TREE_HALF_MADE",
          what: `${tree.folder} was never finished (${megabytes(tree)})`,
          command: `rm -r '${tree.folder}'`,
          mend: async () => removeTree(tree, cache),
        },
      ];
    });
    return [...unreadable, ...(await Promise.all(faulty)).flat()];
  },
});

function damaged(tree: CachedTree, cache: string, isInUse: boolean): Found<Code> {
  const { folder, manifest } = tree;
  const missing = manifest
    ? `${megabytes(tree)} of ${(manifest.sizeBytes / 1e6).toFixed(1)} MB`
    : "it has no manifest";
  const found: Found<Code> = {
    code: "DS_DOCTOR_TREE_DAMAGED",
    what: `${folder} has lost something: ${missing}`,
    command: `${isInUse ? "devstack down; " : ""}rm -r '${folder}' && devstack fetch`,
  };
  return isInUse ? found : { ...found, mend: async () => removeTree(tree, cache) };
}

/** The next start, or `fetch`, unpacks it again. */
async function removeTree({ engine, folder }: CachedTree, cache: string): Promise<void> {
  await using _ = await acquireLock(engineLock(cache, engine));
  await rm(folder, { recursive: true, force: true });
}

function megabytes({ sizeBytes }: CachedTree): string {
  return `${(sizeBytes / 1e6).toFixed(1)} MB`;
}
