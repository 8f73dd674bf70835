import { status, statusWithResources, withoutUnused } from "../../app/status.ts";
import type { Command } from "../command.ts";
import { statusText } from "../status-table.ts";

export const statusCommand: Command = {
  usage: "[--resources]",
  options: { resources: { type: "boolean" } },
  optionHelp: {
    "--resources": "memory and CPU time of each; also in the JSON",
  },
  positionals: { min: 0, max: 0 },
  run: async ({ stack, terminal, json, values }) => {
    const withResources = json || values["resources"] === true;
    const own = await stack();
    const found = withoutUnused(await (withResources ? statusWithResources : status)(own), own);
    terminal.result(json ? JSON.stringify(found) : statusText(found, terminal));
    return 0;
  },
};
