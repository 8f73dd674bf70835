import { defineCheck } from "./check.ts";

const neededMajor = 24;

export const nodeVersion = defineCheck({
  name: "node version",
  codes: {
    DS_DOCTOR_NODE_OLD: {
      severity: "error",
      why: "older ones do not run TypeScript as DevStack is written",
    },
  },
  examine: async () => {
    const { version, execPath } = process;
    if (Number.parseInt(version.slice(1), 10) >= neededMajor) return [];
    const what = `${execPath} is Node ${version}, ${neededMajor} or newer is needed`;
    return [{ code: "DS_DOCTOR_NODE_OLD", what, command: "./devstack version" }];
  },
});
