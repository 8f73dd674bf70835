import { statfs } from "node:fs/promises";
import path from "node:path";
import { exists } from "../../shared/files.ts";
import { defineCheck } from "./check.ts";

const lowBytes = 2e9;
const fullBytes = 0.3e9;

export const diskSpace = defineCheck({
  name: "disk space",
  codes: {
    DS_DOCTOR_DISK_FULL: {
      severity: "error",
      why: "a first start takes about 300 MB, and databases that run out of room stop",
    },
    DS_DOCTOR_DISK_LOW: {
      severity: "warning",
      why: "the engines take 1 GB, and data grows",
    },
  },
  examine: async ({ stack }) => {
    const { cache, state } = stack.base;
    const free = await Promise.all(
      [state, cache].map(async (folder) => [folder, await freeBytes(folder)] as const),
    );
    return free.flatMap(([folder, bytes]) => {
      if (bytes >= lowBytes) return [];
      const code = bytes < fullBytes ? "DS_DOCTOR_DISK_FULL" : "DS_DOCTOR_DISK_LOW";
      const what = `the disk of ${folder} has ${Math.floor(bytes / 1e6)} MB left`;
      return [{ code, what, command: `df -h '${folder}'` }];
    });
  },
});

/** Of the file system that the folder lies on, or would. */
async function freeBytes(folder: string): Promise<number> {
  let place = folder;
  while (!(await exists(place)) && place !== path.dirname(place)) place = path.dirname(place);
  const { bavail, bsize } = await statfs(place);
  return bavail * bsize;
}
