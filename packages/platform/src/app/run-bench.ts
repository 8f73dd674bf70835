import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";

const suffix = ".ts";
/** In the same folder, but no claim of their own. */
const shared = ["report", "bare-service"];

/** Every measurement there is: a file each in `bench/`. */
export async function benchNames(home: string): Promise<readonly string[]> {
  return (await readdir(path.join(home, "bench")))
    .filter((file) => file.endsWith(suffix))
    .map((file) => path.basename(file, suffix))
    .filter((name) => !shared.includes(name))
    .toSorted();
}

/** Runs one; it prints its own table. Gives whether it came to its end, whatever its figures say. */
export async function runBench(home: string, name: string, signal: AbortSignal): Promise<boolean> {
  const file = path.join(home, "bench", name + suffix);
  const args = ["--disable-warning=ExperimentalWarning", file];
  const child = spawn(process.execPath, args, {
    cwd: home,
    stdio: ["ignore", "inherit", "inherit"],
  });
  signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
}
