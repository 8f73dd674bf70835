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
    ...Object.entries(commonOptionHelp).map(([option, help]) => `  ${option.padEnd(12)}  ${help}`),
  ].join("\n");
}

export function commandHelp(name: string, command: Command): string {
  const options = Object.entries(command.optionHelp);
  const width = Math.max(0, ...options.map(([option]) => option.length));
  return [
    `${name}: ${commands[name]?.summary}`,
    "",
    `usage: devstack ${name} ${command.usage}`.trimEnd(),
    ...(options.length > 0
      ? ["", ...options.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`)]
      : []),
  ].join("\n");
}
