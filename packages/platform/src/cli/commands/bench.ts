import { benchNames, runBench } from "../../app/run-bench.ts";
import { exitCodes } from "../../shared/errors.ts";
import { nearest } from "../../shared/nearest.ts";
import type { Command } from "../command.ts";
import { cliErrors } from "../errors.ts";

export const benchCommand: Command = {
  usage: "[name…]",
  options: {},
  optionHelp: {},
  positionals: { min: 0, max: 32 },
  run: async ({ home, positionals, interrupted }) => {
    const known = await benchNames(home);
    for (const name of positionals) {
      if (known.includes(name)) continue;
      const meant = nearest(name, known);
      throw cliErrors.DS_USAGE(`there is no bench ${JSON.stringify(name)}`, {
        hint: meant ? `did you mean "${meant}"?` : `there is ${known.join(", ")}`,
      });
    }
    let done = true;
    for (const name of positionals.length > 0 ? positionals : known) {
      interrupted.throwIfAborted();
      done = (await runBench(home, name, interrupted)) && done;
    }
    return done ? exitCodes.done : exitCodes.failed;
  },
};
