import { constants, globSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import path from "node:path";

/** Folders that match the patterns, absolute, in the patterns' order; of several versions the newest first. */
export function expandFolders(root: string, patterns: readonly string[]): readonly string[] {
  const folders: string[] = [];
  for (const pattern of patterns) {
    const matches = globSync(pattern, { cwd: root });
    const newestFirst = matches.toSorted((a, b) => b.localeCompare(a, "en", { numeric: true }));
    folders.push(...newestFirst.map((match) => path.join(root, match)));
  }
  return folders;
}

/** The absolute path of each of these programs that is in one of the folders; the first folder that has it wins. */
export async function findPrograms(
  names: readonly string[],
  folders: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const name of names) {
    for (const folder of folders) {
      const file = path.join(folder, name);
      if (!(await isProgram(file))) continue;
      found[name] = file;
      break;
    }
  }
  return found;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false; // not there, not for us to run, or a link to nowhere
  }
}
