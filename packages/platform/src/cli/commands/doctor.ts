import { diagnose } from "../../app/doctor/diagnose.ts";
import { exitCodes } from "../../shared/errors.ts";
import type { Command } from "../command.ts";
import { doctorReport } from "../doctor-report.ts";

export const doctorCommand: Command = {
  usage: "[--fix] [--online]",
  options: { fix: { type: "boolean" }, online: { type: "boolean" } },
  optionHelp: {
    "--fix": "mend what can be mended without losing anything, then look again",
    "--online": "also ask the distribution for newer packages of the engines",
  },
  positionals: { min: 0, max: 0 },
  run: async ({ stack, terminal, values, json, home }) => {
    const resolved = await stack();
    const diagnosis = await diagnose(
      {
        stack: resolved,
        home,
        online: values["online"] === true && !resolved.offline,
        nowMs: Date.now(),
      },
      {
        fix: values["fix"] === true,
        onCheck: (name) => terminal.transient(`  looking at: ${name}`),
      },
    );
    terminal.result(json ? JSON.stringify(diagnosis) : doctorReport(diagnosis, terminal));
    const isHealthy = diagnosis.findings.every(({ severity }) => severity !== "error");
    return isHealthy ? exitCodes.done : exitCodes.failed;
  },
};
