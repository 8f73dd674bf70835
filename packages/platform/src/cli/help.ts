import { type Command, commonOptionHelp } from "./command.ts";
import { commands } from "./commands.ts";

export function generalHelp(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`,
  );
  return [
    "DevStack Core: a whole, secured backend platform on your own machine",
    "",
    "usage: devstack COMMAND [options]",
    "",
    ...lines,
    "",
    ...optionLines(commonOptionHelp),
    "",
    "exit codes: 0 done, 1 failed, 2 usage or configuration, 3 partly done, 4 conflict,",
    "            5 not ready in time, 6 integrity, 130 interrupted",
  ].join("\n");
}

export function commandHelp(name: string, command: Command): string {
  const { words = {}, optionHelp } = command;
  const { "--help": _this, ...common } = commonOptionHelp;
  return [
    `${name}: ${commands[name]?.summary}`,
    "",
    `usage: devstack ${name} ${command.usage}`.trimEnd(),
    ...(Object.keys(words).length > 0 ? ["", ...optionLines(words)] : []),
    "",
    ...optionLines({ ...optionHelp, ...common }),
  ].join("\n");
}

/** Each with what it does, in two columns. */
function optionLines(help: Readonly<Record<string, string>>): readonly string[] {
  const width = Math.max(...Object.keys(help).map((option) => option.length));
  return Object.entries(help).map(([option, text]) => `  ${option.padEnd(width)}  ${text}`);
}
