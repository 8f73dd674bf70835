import { serviceOfInstance } from "../../services/registry.ts";
import { vaultService } from "../../services/vault/vault-service.ts";
import { listeningSockets, portHolder } from "../../supervisor/listening-sockets.ts";
import { isPortFree } from "../../supervisor/ports.ts";
import { defineCheck, type Found } from "./check.ts";
import { stackProcesses } from "./stack-processes.ts";

export const portsInUse = defineCheck({
  name: "ports",
  codes: {
    DS_DOCTOR_PORT_TAKEN: {
      severity: "error",
      why: "the service that needs it is refused its start",
    },
  },
  examine: async ({ stack }) => {
    const pids = (await stackProcesses(stack)).map(({ pid }) => pid);
    const sockets = process.platform === "linux" ? await listeningSockets(pids) : [];
    const ours = new Set(sockets.map(({ port }) => port));
    const found: Found<"DS_DOCTOR_PORT_TAKEN">[] = [];
    for (const [instance, ports] of Object.entries(stack.ports)) {
      if (instance === vaultService.name && stack.externalVault) continue; // nothing of ours listens there
      for (const [name, port] of Object.entries(ports)) {
        if (ours.has(port) || (await isPortFree(port))) continue;
        const holder = await portHolder(port);
        // Where sockets can't be read, a running stack's own look like this.
        if (!holder && process.platform !== "linux" && pids.length > 0) continue;
        const by = holder ? `pid ${holder.pid} (${holder.name})` : "another process";
        found.push({
          code: "DS_DOCTOR_PORT_TAKEN",
          what: `127.0.0.1:${port} (${instance}.${name}) is held by ${by}`,
          command: `stop that process, or set ports.${instance}.${name} in devstack.config.ts; then devstack up ${serviceOfInstance(instance)}`,
        });
      }
    }
    return found;
  },
});
