import { urlOf } from "../../app/connections.ts";
import type { Command } from "../command.ts";

export const urlCommand: Command = {
  usage: "[--plain] SERVICE",
  options: { plain: { type: "boolean" } },
  optionHelp: { "--plain": "the way in without TLS" },
  positionals: { min: 1, max: 1 },
  completes: "unit",
  run: async ({ stack, terminal, json, positionals: [service = ""], values }) => {
    const url = await urlOf(await stack(), service, { plain: values["plain"] === true });
    terminal.result(json ? JSON.stringify({ service, url }) : url);
    return 0;
  },
};
