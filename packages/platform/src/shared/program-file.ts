import path from "node:path";
import { fileURLToPath } from "node:url";

/** The programs of which DevStack consists: each is one process with a main file. */
export type ProgramName = "devstack" | "daemon" | "vault";

const sources: Readonly<Record<ProgramName, string>> = {
  devstack: "../cli/main.ts",
  daemon: "../app/daemon-main.ts",
  vault: "@devstack/vault/server",
};

/** What Node runs for the program: its source, or where bundled programs run (`bundle/`) the one beside this. */
export function programFile(name: ProgramName): string {
  const own = import.meta.filename;
  return own.endsWith(".ts") ? programSource(name) : path.join(path.dirname(own), `${name}.js`);
}

export function programSource(name: ProgramName): string {
  return fileURLToPath(import.meta.resolve(sources[name]));
}
