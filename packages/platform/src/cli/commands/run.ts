import { runAttached } from "../../app/attached-process.ts";
import { environmentOf } from "../../app/connections.ts";
import type { Command } from "../command.ts";

export const runCommand: Command = {
  usage: "-- COMMAND [argument…]",
  options: {},
  optionHelp: {},
  positionals: { min: 1, max: Number.POSITIVE_INFINITY },
  completes: "program",
  signalsAreItsOwn: true,
  run: async ({ stack, positionals: [program = "", ...args] }) => {
    const settings = await environmentOf(await stack(), []);
    return runAttached({ program, args, env: { ...process.env, ...settings } });
  },
};
