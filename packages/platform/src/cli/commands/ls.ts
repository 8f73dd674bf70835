import { listStacks, type StackSummary } from "../../app/list-stacks.ts";
import { baseFolders, surroundings } from "../../config/folders.ts";
import type { Command } from "../command.ts";
import { formatTable } from "../table.ts";

export const lsCommand: Command = {
  usage: "",
  options: {},
  optionHelp: {},
  positionals: { min: 0, max: 0 },
  run: async ({ terminal, json }) => {
    const stacks = await listStacks(baseFolders(surroundings()));
    if (json) terminal.result(JSON.stringify({ stacks }));
    else if (stacks.length === 0) terminal.result("there is no stack yet; devstack up makes one");
    else terminal.result(formatTable(["STACK", "STATE", "READY", "FOLDER"], stacks.map(row)));
    return 0;
  },
};

function row({ id, folder, running, ready, throwaway, error }: StackSummary): readonly string[] {
  const state = error ? "unreadable" : running ? "running" : "stopped";
  const note = throwaway ? " (a test's)" : "";
  return [id, state, String(ready), error?.message ?? `${folder}${note}`];
}
