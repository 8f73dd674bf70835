import { knownNames } from "../../app/known-names.ts";
import { appNames } from "../../app/user-apps.ts";
import { nearest } from "../../shared/nearest.ts";
import { type Command, commonOptionHelp, commonOptions, type OptionSpecs } from "../command.ts";
import { commands } from "../commands.ts";
import { type CompletedCommand, type CompletedOption, completionScripts } from "../completion.ts";
import { cliErrors } from "../errors.ts";

const shells = Object.keys(completionScripts);
/** Programs are looked up by the shell itself. */
const kinds = { ...knownNames, program: [] };

export const completionCommand: Command = {
  usage: shells.join(" | "),
  options: {},
  optionHelp: {},
  positionals: { min: 1, max: 1 },
  completes: shells,
  run: async ({ terminal, json, stack, positionals: [shell = ""] }) => {
    if (shell === "apps") {
      const names = appNames(await stack());
      if (json || names.length > 0)
        terminal.result(json ? JSON.stringify({ apps: names }) : names.join("\n"));
      return 0;
    }
    const generate = Object.hasOwn(completionScripts, shell) ? completionScripts[shell] : undefined;
    if (!generate) {
      const meant = nearest(shell, shells);
      throw cliErrors.DS_USAGE(`there is no completion for ${JSON.stringify(shell)}`, {
        hint: meant ? `did you mean "${meant}"?` : `devstack completion ${shells.join("|")}`,
      });
    }
    const script = generate(await Promise.all(Object.keys(commands).map(complete)));
    terminal.result(json ? JSON.stringify({ shell, script }) : script);
    return 0;
  },
};

async function complete(name: string): Promise<CompletedCommand> {
  const entry = commands[name];
  if (!entry) throw new Error(`there is no command ${name}`);
  const { summary, load } = entry;
  const command = await load();
  const { completes = [], completesAfter = {} } = command;
  const words = typeof completes === "string" ? kinds[completes] : completes;
  const after = Object.entries(completesAfter).map(([word, kind]) => [word, knownNames[kind]]);
  return {
    name,
    summary,
    words,
    wordsAfter: Object.fromEntries(after) as CompletedCommand["wordsAfter"],
    takesApps: completes === "unit" || completes === "instance",
    takesPrograms: completes === "program",
    options: optionsOf(command),
  };
}

function optionsOf(command: Command): readonly CompletedOption[] {
  const options: OptionSpecs = { ...command.options, ...commonOptions };
  return Object.entries(options).map(([name, { type, short }]) => {
    const help = Object.entries({ ...commonOptionHelp, ...command.optionHelp }).find(([key]) =>
      new RegExp(`--${name}\\b`).test(key),
    );
    const values = command.optionValues?.[name] ?? [];
    return {
      name,
      ...(short === undefined ? {} : { short }),
      help: help?.[1] ?? name,
      ...(type === "string" ? { values } : {}),
    };
  });
}
