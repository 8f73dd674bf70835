import path from "node:path";
import { isRunning } from "../../shared/process-identity.ts";
import { down } from "../down.ts";
import { recordedStacks, type Stack } from "../stack.ts";
import { destroy } from "../destroy.ts";
import { defineCheck, type Found } from "./check.ts";
import { stackProcesses } from "./stack-processes.ts";

type Code = "DS_DOCTOR_LEFTOVER_PROCESSES" | "DS_DOCTOR_THROWAWAY_ABANDONED";

export const leftovers = defineCheck({
  name: "leftovers",
  codes: {
    DS_DOCTOR_LEFTOVER_PROCESSES: {
      severity: "error",
      why: "nobody watches over them: their daemon is dead, and they hold their ports",
    },
    DS_DOCTOR_THROWAWAY_ABANDONED: {
      severity: "warning",
      why: "whoever made it for tests was killed; it takes room and ports",
    },
  },
  examine: async ({ stack }) => {
    const recorded = await recordedStacks(stack.base);
    return (await Promise.all(recorded.map(examineStack))).flat();
  },
});

async function examineStack(stack: Stack): Promise<readonly Found<Code>[]> {
  if (stack.throwawayOf && !isRunning(stack.throwawayOf)) {
    const { pid } = stack.throwawayOf;
    return [
      {
        code: "DS_DOCTOR_THROWAWAY_ABANDONED",
        what: `${stack.folders.state} is a throwaway stack of process ${pid}, which is gone`,
        command: "devstack doctor --fix",
        mend: async () => void (await destroy(stack)),
      },
    ];
  }
  const processes = await stackProcesses(stack);
  if (processes.length === 0 || processes.some(({ name }) => name === "daemon")) return [];
  const listed = processes.map(({ name, pid }) => `${name} ${pid}`).join(", ");
  const name = stack.name === undefined ? "" : ` --stack ${stack.name}`;
  return [
    {
      code: "DS_DOCTOR_LEFTOVER_PROCESSES",
      what: `${path.basename(stack.folders.state)} has processes without a daemon: ${listed}`,
      command: `cd '${stack.folder}' && devstack up${name} takes them over, devstack down${name} ends them`,
      mend: async () => void (await down(stack)),
    },
  ];
}
