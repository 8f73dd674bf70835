import { restart } from "../../app/restart.ts";
import { restartStack } from "../../app/restart-stack.ts";
import { exitCodes } from "../../shared/errors.ts";
import type { UnitEvent } from "../../supervisor/unit.ts";
import type { Command } from "../command.ts";
import { errorLines } from "../print-error.ts";

export const restartCommand: Command = {
  usage: "[service or instance…]",
  options: {},
  optionHelp: {},
  positionals: { min: 0, max: 32 },
  completes: "instance",
  run: async ({ stack, terminal, json, positionals, interrupted }) => {
    const onEvent = (event: UnitEvent): void => terminal.transient(`${event.unit} ${event.state}`);
    const units = [];
    if (positionals.length === 0)
      units.push(...(await restartStack(stack, { onEvent, signal: interrupted })));
    for (const name of positionals) {
      interrupted.throwIfAborted();
      units.push(await restart(await stack(), name, { onEvent }));
    }
    if (json) terminal.result(JSON.stringify({ units }));
    for (const [index, { name, state, error }] of json ? [] : units.entries()) {
      terminal.result(`${positionals[index] ?? name} restarted, ${name} is ${state}`);
      if (error) for (const line of errorLines(error)) terminal.result(`  ${line}`);
    }
    return units.find(({ error }) => error)?.error?.exit ?? exitCodes.done;
  },
};
