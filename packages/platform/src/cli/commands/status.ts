import { status } from "../../app/status.ts";
import type { Command } from "../command.ts";
import { statusText } from "../status-table.ts";

export const statusCommand: Command = {
  usage: "[--json]",
  options: {},
  optionHelp: { "--json": "the result as one JSON document" },
  positionals: { min: 0, max: 0 },
  run: async ({ stack, terminal, json }) => {
    const found = await status(await stack());
    terminal.result(json ? JSON.stringify(found) : statusText(found, terminal));
    return 0;
  },
};
