import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { chooseFreePorts } from "../src/app/ports.ts";
import { type CommandResult, devstack, launcher, runCommand } from "./command-line.ts";

export interface Project extends AsyncDisposable {
  readonly folder: string;
  /** `./devstack` in the project's folder. */
  readonly run: (...args: readonly string[]) => Promise<CommandResult>;
  /** The same with something on its standard input. */
  readonly feed: (input: string, ...args: readonly string[]) => Promise<CommandResult>;
}

/** A user's project with a configuration of its own, so a stack of its own; destroyed when disposed of. */
export async function makeProject(config: Readonly<Record<string, unknown>>): Promise<Project> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "project-"));
  const content = JSON.stringify({ ports: await chooseFreePorts([]), ...config });
  await writeFile(path.join(folder, "devstack.config.ts"), `export default ${content};\n`);
  return {
    folder,
    run: async (...args) => devstack(folder, args),
    feed: async (input, ...args) => runCommand(launcher, args, { cwd: folder, input }),
    [Symbol.asyncDispose]: async () => {
      await devstack(folder, ["destroy", "--yes"]);
      await rm(folder, { recursive: true });
    },
  };
}
