import packageJson from "../../../package.json" with { type: "json" };
import type { Command } from "../command.ts";

export const versionCommand: Command = {
  usage: "",
  options: {},
  optionHelp: {},
  positionals: { min: 0, max: 0 },
  run: async ({ terminal, json }) => {
    const { version } = packageJson;
    terminal.result(
      json
        ? JSON.stringify({ version, node: process.version })
        : `devstack ${version} (Node ${process.version})`,
    );
    return 0;
  },
};
