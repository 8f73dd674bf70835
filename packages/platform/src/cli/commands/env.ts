import { environmentOf, formatEnvironment } from "../../app/connections.ts";
import type { Command } from "../command.ts";
import { cliErrors } from "../errors.ts";

const formats = ["dotenv", "shell", "json"] as const;

export const envCommand: Command = {
  usage: "[--format dotenv|shell|json] [service…]",
  options: { format: { type: "string" } },
  optionHelp: { "--format F": "dotenv (default), shell (for eval), json" },
  positionals: { min: 0, max: 32 },
  completes: "service",
  optionValues: { format: formats },
  run: async ({ stack, terminal, positionals, values, json }) => {
    const format = json ? "json" : (values["format"] ?? "dotenv");
    if (!formats.includes(format as never)) {
      throw cliErrors.DS_USAGE(
        `--format takes ${formats.join(", ")}, not ${JSON.stringify(format)}`,
      );
    }
    const env = await environmentOf(await stack(), positionals);
    terminal.result(
      format === "json"
        ? JSON.stringify(env, undefined, 2)
        : formatEnvironment(env, format as "dotenv" | "shell"),
    );
    return 0;
  },
};
