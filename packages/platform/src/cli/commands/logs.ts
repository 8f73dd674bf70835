import { followLogs, type LogFile, logFiles, readLog } from "../../app/logs.ts";
import type { Command } from "../command.ts";
import { cliErrors } from "../errors.ts";

export const logsCommand: Command = {
  usage: "[-f] [-n LINES] [service…]",
  options: { follow: { type: "boolean", short: "f" }, lines: { type: "string", short: "n" } },
  optionHelp: {
    "-f, --follow": "go on showing what is added, until Ctrl-C",
    "-n, --lines N": "the last N lines of each log (100)",
  },
  positionals: { min: 0, max: 32 },
  completes: "instance",
  run: async ({ stack, terminal, positionals, values, json, interrupted }) => {
    const own = await stack();
    const find = async (): Promise<readonly LogFile[]> => logFiles(own, positionals);
    const files = await find();
    const width = Math.max(0, ...files.map(({ name }) => name.length));
    const show = (name: string, line: string): void =>
      terminal.result(
        json
          ? JSON.stringify({ name, line })
          : `${terminal.colour.dim(name.padEnd(width))}  ${line}`,
      );
    const lines = parseLines(values["lines"]);
    const ends = await Promise.all(files.map(async (file) => readLog(file, lines, show)));
    if (ends.every(({ offset }) => offset === 0))
      terminal.progress(`${positionals.join(", ") || "the stack"} has logged nothing yet`);
    if (values["follow"] === true) await followLogs(ends, find, show, interrupted);
    return 0;
  },
};

function parseLines(value: unknown): number {
  if (value === undefined) return 100;
  const lines = Number(value);
  if (Number.isInteger(lines) && lines >= 0) return lines;
  throw cliErrors.DS_USAGE(`--lines takes a whole number, not ${JSON.stringify(value)}`);
}
