import path from "node:path";
import { readFileIfPresent } from "../../shared/files.ts";
import { defineCheck } from "./check.ts";

export const npmLock = defineCheck({
  name: "npm dependencies",
  codes: {
    DS_DOCTOR_NPM_STALE: {
      severity: "warning",
      why: "DevStack runs with other versions of its dependencies than its lock file names",
    },
  },
  examine: async ({ home }) => {
    const lock = await readFileIfPresent(path.join(home, "package-lock.json"));
    const stamp = await readFileIfPresent(path.join(home, "node_modules", ".devstack-lock"));
    if (lock === undefined || lock === stamp) return [];
    const what = `${home}/node_modules was ${stamp === undefined ? "not installed by the launcher" : "installed for another lock file"}`;
    return [{ code: "DS_DOCTOR_NPM_STALE", what, command: `${home}/devstack version` }];
  },
});
