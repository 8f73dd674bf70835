import { spawn } from "node:child_process";
import path from "node:path";

/** vitest's projects by how they begin: tests beside the source, and those that start whole stacks. */
export type PackageTests = "unit" | "integration";

/** Runs the packages' own tests of this kind, their output on stderr. Gives whether they all passed. */
export async function testPackages(
  home: string,
  kind: PackageTests,
  signal: AbortSignal,
): Promise<boolean> {
  const vitest = path.join(home, "node_modules", "vitest", "vitest.mjs");
  const args = ["--disable-warning=ExperimentalWarning", vitest, "run", "--project", `${kind}*`];
  // The thresholds in vitest.config.ts are of the unit tests, which need no second run for them.
  if (kind === "unit") args.push("--coverage");
  // vitest keeps a file of its own among the user's data; nothing of a test belongs there.
  const env = { ...process.env, XDG_DATA_HOME: path.join(home, "node_modules", ".cache", "data") };
  const child = spawn(process.execPath, args, { cwd: home, env, stdio: ["ignore", 2, 2], signal });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
}
