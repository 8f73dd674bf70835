import path from "node:path";
import { findUnused, pruneCache } from "../../toolchain/unused-cache.ts";
import { toolchainOptions } from "../engines.ts";
import { definitions } from "../../services/registry.ts";
import { defineCheck } from "./check.ts";
import { stacksOfCache } from "./stacks-of-cache.ts";

export const cacheUnused = defineCheck({
  name: "unused cache",
  codes: {
    DS_DOCTOR_CACHE_UNUSED: {
      severity: "note",
      why: "no stack would choose it again, and no process runs from it",
    },
  },
  examine: async ({ stack }) => {
    const users = (await stacksOfCache(stack)).map((each) => ({
      requirements: definitions.map(({ engine }) => engine),
      options: toolchainOptions(each),
    }));
    const { paths, sizeBytes } = await findUnused(users);
    if (paths.length === 0) return [];
    const names = paths.map((each) => path.basename(each));
    const listed = [...names.slice(0, 3), ...(names.length > 3 ? ["…"] : [])].join(", ");
    return [
      {
        code: "DS_DOCTOR_CACHE_UNUSED",
        what: `${paths.length} files and folders in ${stack.base.cache} (${(sizeBytes / 1e6).toFixed(1)} MB): ${listed}`,
        command: "devstack doctor --fix",
        mend: async () => pruneCache(users),
      },
    ];
  },
});
