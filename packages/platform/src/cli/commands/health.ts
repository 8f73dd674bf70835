import { health, type ServiceHealth } from "../../app/health.ts";
import { exitCodes } from "../../shared/errors.ts";
import type { Command } from "../command.ts";
import { formatTable } from "../table.ts";
import type { Terminal } from "../terminal.ts";

export const healthCommand: Command = {
  usage: "[service…]",
  options: {},
  optionHelp: {},
  positionals: { min: 0, max: 32 },
  completes: "unit",
  run: async ({ stack, terminal, json, positionals }) => {
    const services = await health(await stack(), positionals);
    const healthy = services.every((one) => one.healthy);
    terminal.result(json ? JSON.stringify({ healthy, services }) : healthText(services, terminal));
    return healthy ? exitCodes.done : exitCodes.failed;
  },
};

function healthText(services: readonly ServiceHealth[], { colour }: Terminal): string {
  return formatTable(
    ["SERVICE", "HEALTH", "TOOK", "CHECK"],
    services.map(({ service, healthy, milliseconds, check, reason }) => [
      service,
      healthy ? colour.green("healthy") : colour.red("unhealthy"),
      milliseconds === undefined ? "-" : `${milliseconds} ms`,
      reason === undefined ? check : `${check}: ${reason}`,
    ]),
  );
}
