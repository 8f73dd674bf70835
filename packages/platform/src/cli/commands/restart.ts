import { restart } from "../../app/restart.ts";
import type { Command } from "../command.ts";

export const restartCommand: Command = {
  usage: "SERVICE",
  options: {},
  optionHelp: {},
  positionals: { min: 1, max: 1 },
  completes: "instance",
  run: async ({ stack, terminal, json, positionals: [name = ""] }) => {
    const unit = await restart(await stack(), name, {
      onEvent: (event) => terminal.transient(`${event.unit} ${event.state}`),
    });
    terminal.result(
      json ? JSON.stringify(unit) : `${name} restarted, ${unit.name} is ${unit.state}`,
    );
    return 0;
  },
};
