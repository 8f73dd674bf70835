import { spawn } from "node:child_process";
import path from "node:path";

/** Runs every package's unit tests with vitest, its output passed through. Gives whether they all passed. */
export async function testUnits(home: string, signal: AbortSignal): Promise<boolean> {
  const vitest = path.join(home, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", vitest, "run"], {
    cwd: home,
    stdio: ["ignore", 2, 2],
    signal,
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
}
