import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { exitCodes } from "../shared/errors.ts";
import { nearest } from "../shared/nearest.ts";
import { type Command, commonOptions, type Invocation, type OptionSpecs } from "./command.ts";
import { aliases, commands, elsewhere } from "./commands.ts";
import { cliErrors } from "./errors.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { listenForInterruption } from "./interruption.ts";
import { printError } from "./print-error.ts";
import { makeTerminal } from "./terminal.ts";

const home = fileURLToPath(new URL("../../../../", import.meta.url));

/** Reads the command line, runs the command, gives the exit code. The one place that catches everything. */
async function main(typed: readonly string[]): Promise<number> {
  const args = commandFirst(typed);
  const terminal = makeTerminal(process, process.env);
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  const json = own.includes("--json");
  let interruption: Pick<Invocation, "interrupted" | "onForce"> = {
    interrupted: new AbortController().signal,
    onForce: () => undefined,
  };
  try {
    const [first, ...rest] = args;
    if (first === undefined || first === "--help" || first === "-h") {
      terminal.result(generalHelp());
      return first === undefined ? exitCodes.usage : exitCodes.done;
    }
    const name = aliases[first] ?? first;
    const command = await loadCommand(name);
    const [word = "", ...others] = rest;
    if (command.becomes && Object.hasOwn(command.becomes, word))
      return await (command.becomes[word]?.(others) ?? exitCodes.failed);
    const { values, positionals } = parse(name, command, rest);
    if (values["help"]) {
      terminal.result(commandHelp(name, command));
      return exitCodes.done;
    }
    if (command.signalsAreItsOwn !== true)
      interruption = listenForInterruption((text) => terminal.progress(text));
    return await command.run({
      values,
      positionals,
      json,
      terminal,
      home,
      ...interruption,
      stack: stackOf(values),
    });
  } catch (error) {
    if (interruption.interrupted.aborted) return exitCodes.interrupted;
    return printError(error, terminal, json);
  }
}

/** "help up" is "up --help", and what every command takes may come before its name. */
function commandFirst(args: readonly string[]): readonly string[] {
  if (args[0] === "help") return args[1] === undefined ? ["--help"] : [args[1], "--help"];
  const { tokens } = parseArgs({
    args: [...args],
    options: commonOptions,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const at = tokens.find(({ kind }) => kind === "positional")?.index ?? 0;
  const before = tokens.filter((token) => token.kind === "option" && token.index < at);
  const areCommon = before.every(
    (token) => token.kind === "option" && Object.hasOwn(commonOptions, token.name),
  );
  return areCommon
    ? [...args.slice(at, at + 1), ...args.slice(0, at), ...args.slice(at + 1)]
    : args;
}

async function loadCommand(name: string): Promise<Command> {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry) return entry.load();
  const meant = Object.hasOwn(elsewhere, name)
    ? elsewhere[name]
    : nearest(name, [...Object.keys(commands), ...Object.keys(aliases)]);
  throw cliErrors.DS_UNKNOWN_COMMAND(`there is no command ${JSON.stringify(name)}`, {
    hint: meant ? `did you mean "devstack ${meant}"?` : "devstack --help",
  });
}

function parse(
  name: string,
  command: Command,
  args: readonly string[],
): Pick<Invocation, "values" | "positionals"> {
  const options: OptionSpecs = { ...commonOptions, ...command.options };
  for (const token of parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens) {
    if (token.kind !== "option" || Object.hasOwn(options, token.name)) continue;
    const meant = nearest(token.name, Object.keys(options));
    throw cliErrors.DS_USAGE(`devstack ${name} has no option ${token.rawName}`, {
      hint: meant ? `did you mean --${meant}?` : `devstack ${name} --help`,
    });
  }
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: true,
    });
    const { min, max } = command.positionals;
    if (values["help"] || (positionals.length >= min && positionals.length <= max))
      return { values, positionals };
    throw new Error(
      positionals.length < min
        ? "something is missing after the command"
        : `${JSON.stringify(positionals[max])} is one word too many`,
    );
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    throw cliErrors.DS_USAGE(`devstack ${name}: ${why}`, {
      hint: `devstack ${name} ${command.usage}`.trimEnd(),
      cause: error,
    });
  }
}

function stackOf(values: Invocation["values"]): Invocation["stack"] {
  return async () => {
    const [{ resolveStack }, { surroundings }] = await Promise.all([
      import("../app/stack.ts"),
      import("../config/folders.ts"),
    ]);
    const name = values["stack"] ?? process.env["DEVSTACK_STACK"];
    return resolveStack({
      cwd: process.cwd(),
      home,
      surroundings: surroundings(),
      ...(typeof name === "string" && name !== "" ? { name } : {}),
    });
  };
}

process.umask(0o077);
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCodes.done); // whoever read has enough: `devstack logs | head`
    throw error;
  });
}
process.exitCode = await main(process.argv.slice(2));
