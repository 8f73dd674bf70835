import { openShell } from "../../app/client-shell.ts";
import type { Command } from "../command.ts";

export const shellCommand: Command = {
  usage: "SERVICE",
  options: {},
  optionHelp: {},
  positionals: { min: 1, max: 1 },
  completes: "service",
  signalsAreItsOwn: true,
  run: async ({ stack, positionals: [service = ""] }) => openShell(await stack(), service),
};
