import path from "node:path";
import { exists } from "../shared/files.ts";
import { importConfig } from "./import-config.ts";
import type { StackConfig } from "./parse-stack-config.ts";

const configFileName = "devstack.config.ts";

/** The nearest folder, from `start` upwards, that holds a `devstack.config.ts`; undefined when none does. */
export async function findConfigFolder(start: string): Promise<string | undefined> {
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (await exists(path.join(folder, configFileName))) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** Loads and checks the folder's configuration; without a file it is empty. All faults are listed at once. */
export async function loadStackConfig(folder: string): Promise<StackConfig> {
  const file = path.join(folder, configFileName);
  if (!(await exists(file))) return {};
  // Loaded where there is something to check: the schema costs more than all else that most commands do.
  const { parseStackConfig } = await import("./parse-stack-config.ts");
  return parseStackConfig(await importConfig(file), file);
}
