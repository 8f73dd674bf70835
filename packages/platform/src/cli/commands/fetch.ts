import { fetchEngines } from "../../app/fetch.ts";
import { exitCodes } from "../../shared/errors.ts";
import type { Command } from "../command.ts";
import { engineProgress } from "../engine-progress.ts";
import { errorLines } from "../print-error.ts";
import { formatTable } from "../table.ts";

export const fetchCommand: Command = {
  usage: "[--newest] [service…]",
  options: { newest: { type: "boolean" } },
  optionHelp: {
    "--newest": "the newest that each source has; running services get it by a restart",
  },
  positionals: { min: 0, max: 32 },
  completes: "service",
  run: async ({ stack, terminal, positionals, values, json, interrupted }) => {
    const { installations, unavailable } = await fetchEngines(await stack(), positionals, {
      newest: values["newest"] === true,
      onProgress: engineProgress(terminal),
      signal: interrupted,
    });
    if (json) terminal.result(JSON.stringify({ engines: installations, unavailable }));
    else {
      const rows = Object.entries(installations).map(([service, engine]) => [
        service,
        `${engine.product} ${engine.version}`,
        engine.provider,
        engine.root ?? Object.values(engine.programs)[0] ?? "",
      ]);
      terminal.result(formatTable(["SERVICE", "ENGINE", "FROM", "WHERE"], rows));
      for (const error of Object.values(unavailable))
        terminal.result(["", ...errorLines(error)].join("\n"));
    }
    return Object.keys(unavailable).length > 0 ? exitCodes.partlyDone : exitCodes.done;
  },
};
