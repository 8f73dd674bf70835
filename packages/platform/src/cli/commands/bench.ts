import { benchNames, benchResult, runBench } from "../../app/run-bench.ts";
import { exitCodes } from "../../shared/errors.ts";
import { nearest } from "../../shared/nearest.ts";
import type { Command } from "../command.ts";
import { cliErrors } from "../errors.ts";

export const benchCommand: Command = {
  usage: "[name…]",
  options: {},
  optionHelp: {},
  positionals: { min: 0, max: 32 },
  run: async ({ home, positionals, interrupted, json, terminal }) => {
    const known = await benchNames(home);
    for (const name of positionals) {
      if (known.includes(name)) continue;
      const meant = nearest(name, known);
      throw cliErrors.DS_USAGE(`there is no bench ${JSON.stringify(name)}`, {
        hint: meant ? `did you mean "${meant}"?` : `there is ${known.join(", ")}`,
      });
    }
    const results = [];
    for (const name of positionals.length > 0 ? positionals : known) {
      const done = await runBench(home, name, { signal: interrupted, quiet: json });
      results.push({ name, done, ...(done && json ? await benchResult(home, name) : {}) });
    }
    if (json) terminal.result(JSON.stringify({ benches: results }));
    return results.every(({ done }) => done) ? exitCodes.done : exitCodes.failed;
  },
};
