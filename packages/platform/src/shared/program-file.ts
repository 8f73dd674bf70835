import path from "node:path";
import { fileURLToPath } from "node:url";

/** The main files of the programs that DevStack consists of: each of them is a process. */
const sources = {
  devstack: () => import.meta.resolve("../cli/main.ts"),
  daemon: () => import.meta.resolve("../app/daemon-main.ts"),
  vault: () => import.meta.resolve("@devstack/vault/server"),
} as const;

export type ProgramName = keyof typeof sources;

/** What Node runs for the program: its source, or where bundled programs run (`bundle/`) the one beside this. */
export function programFile(name: ProgramName): string {
  const own = import.meta.filename;
  return own.endsWith(".ts") ? programSource(name) : path.join(path.dirname(own), `${name}.js`);
}

export function programSource(name: ProgramName): string {
  return fileURLToPath(sources[name]());
}
