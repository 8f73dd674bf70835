import { down } from "../../app/down.ts";
import type { Command } from "../command.ts";

export const downCommand: Command = {
  usage: "[--force]",
  options: { force: { type: "boolean" } },
  optionHelp: { "--force": "kill at once instead of asking the engines to end" },
  positionals: { min: 0, max: 0 },
  run: async ({ stack, terminal, json, values, onForce }) => {
    const resolved = await stack();
    const options = { force: values["force"] === true };
    const ended = new Set<string>(); // what ran; the rest was stopped before
    const stopping = down(resolved, {
      ...options,
      onEvent: (event) => {
        if (event.state === "stopping") ended.add(event.unit);
        if (event.state === "stopped" && ended.has(event.unit)) {
          terminal.progress(`  ${event.unit} stopped`);
        }
      },
    });
    onForce(async () => down(resolved, { force: true })); // the first Ctrl-C can't undo a stop
    const outcome = await stopping;
    terminal.result(json ? JSON.stringify({ outcome }) : `${resolved.id}: ${outcome}`);
    return 0;
  },
};
