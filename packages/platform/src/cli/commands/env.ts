import { connectionOf, formatEnvironment, urlVariable } from "../../app/connections.ts";
import { requireServices, serviceNames } from "../../services/registry.ts";
import { status } from "../../app/status.ts";
import { notRunning } from "../../app/restart.ts";
import type { Command } from "../command.ts";
import { cliErrors } from "../errors.ts";

const formats = ["dotenv", "shell", "json"] as const;

export const envCommand: Command = {
  usage: "[--format dotenv|shell|json] [service…]",
  options: { format: { type: "string" } },
  optionHelp: { "--format F": "dotenv (default), shell (for eval), json" },
  positionals: { min: 0, max: 32 },
  run: async ({ stack, terminal, positionals, values, json }) => {
    const format = json ? "json" : (values["format"] ?? "dotenv");
    if (!formats.includes(format as never)) {
      throw cliErrors.DS_USAGE(
        `--format takes ${formats.join(", ")}, not ${JSON.stringify(format)}`,
      );
    }
    requireServices(positionals);
    const resolved = await stack();
    const found = await status(resolved);
    if (!found.running) throw notRunning(resolved);
    const ready = new Set(
      found.instances.filter((one) => one.state === "ready").map((one) => one.service),
    );
    const chosen =
      positionals.length > 0 ? positionals : serviceNames.filter((name) => ready.has(name));
    const environments = await Promise.all(
      chosen.map(async (name) => {
        const { env, url } = await connectionOf(resolved, name);
        return { ...env, [urlVariable(name)]: url };
      }),
    );
    const env: Record<string, string> = Object.assign({}, ...environments);
    terminal.result(
      format === "json"
        ? JSON.stringify(env, undefined, 2)
        : formatEnvironment(env, format as "dotenv" | "shell"),
    );
    return 0;
  },
};
