import { destroy, foldersOf } from "../../app/destroy.ts";
import { ask } from "../ask.ts";
import type { Command } from "../command.ts";
import { cliErrors } from "../errors.ts";

export const destroyCommand: Command = {
  usage: "[--yes]",
  options: { yes: { type: "boolean" } },
  optionHelp: { "--yes": "don't ask; needed where nobody sits at a terminal" },
  positionals: { min: 0, max: 0 },
  run: async ({ stack, terminal, json, values, interrupted }) => {
    const resolved = await stack();
    const folders = await foldersOf(resolved);
    if (folders.length > 0 && values["yes"] !== true) {
      terminal.progress(`this removes for good:\n  ${folders.join("\n  ")}`);
      const answer = await ask(`type the stack's name, ${resolved.id}, to go on: `, interrupted);
      if (answer?.trim() !== resolved.id)
        throw cliErrors.DS_NOT_CONFIRMED(
          answer === undefined
            ? `stack ${resolved.id} is not destroyed: there is no terminal to ask on`
            : `stack ${resolved.id} is not destroyed: that was not its name`,
          { hint: "devstack destroy --yes" },
        );
    }
    const removed = await destroy(resolved, {
      onEvent: (event) => terminal.transient(`${event.unit} ${event.state}`),
    });
    terminal.result(
      json
        ? JSON.stringify({ stack: resolved.id, removed })
        : removed.length > 0
          ? `${resolved.id}: removed ${removed.join(" and ")}`
          : `${resolved.id}: there was nothing to remove`,
    );
    return 0;
  },
};
