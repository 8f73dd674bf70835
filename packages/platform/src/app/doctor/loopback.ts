import { listeningSockets } from "../../supervisor/listening-sockets.ts";
import { defineCheck, type Found } from "./check.ts";
import { stackProcesses } from "./stack-processes.ts";

type Code = "DS_DOCTOR_LISTENS_BEYOND_LOOPBACK" | "DS_DOCTOR_LISTENERS_UNKNOWN";

export const loopback = defineCheck({
  name: "loopback only",
  codes: {
    DS_DOCTOR_LISTENS_BEYOND_LOOPBACK: {
      severity: "error",
      why: "other machines may reach the service",
    },
    DS_DOCTOR_LISTENERS_UNKNOWN: {
      severity: "note",
      why: "what listens where can't be read on this system, so nothing is said about it",
    },
  },
  examine: async ({ stack }): Promise<readonly Found<Code>[]> => {
    if (process.platform !== "linux")
      return [{ code: "DS_DOCTOR_LISTENERS_UNKNOWN", what: `this is ${process.platform}` }];
    const processes = await stackProcesses(stack);
    const sockets = await listeningSockets(processes.map(({ pid }) => pid));
    return sockets
      .filter(({ address }) => !isLoopback(address))
      .map(({ pid, address, port }) => {
        const name = processes.find((one) => one.pid === pid)?.name;
        return {
          code: "DS_DOCTOR_LISTENS_BEYOND_LOOPBACK",
          what: `${name} (pid ${pid}) listens on ${address}:${port}`,
          command: "devstack down",
        };
      });
  },
});

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
