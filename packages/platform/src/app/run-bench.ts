import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

const suffix = ".ts";
/** In the same folder, but no claim of their own. */
const shared = ["report", "bare-service", "interruption"];

/** Every measurement there is: a file each in `bench/`. */
export async function benchNames(home: string): Promise<readonly string[]> {
  return (await readdir(path.join(home, "bench")))
    .filter((file) => file.endsWith(suffix))
    .map((file) => path.basename(file, suffix))
    .filter((name) => !shared.includes(name))
    .toSorted();
}

/** What it wrote when it last came to its end: its figures, and the facts of machine and commit. */
export async function benchResult(home: string, name: string): Promise<object> {
  const file = path.join(home, "bench", "results", `${name}.json`);
  return JSON.parse(await readFile(file, "utf8")) as object;
}

/**
 * Runs one; it prints its own table, where it is to be quiet on stderr. Gives whether it came to its end, whatever its
 * figures say; rejects with the signal's reason once it has ended the one that was interrupted.
 */
export async function runBench(
  home: string,
  name: string,
  { signal, quiet }: { readonly signal: AbortSignal; readonly quiet: boolean },
): Promise<boolean> {
  signal.throwIfAborted();
  const file = path.join(home, "bench", name + suffix);
  const args = ["--disable-warning=ExperimentalWarning", file];
  const child = spawn(process.execPath, args, {
    cwd: home,
    stdio: ["ignore", quiet ? 2 : 1, 2],
  });
  signal.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  signal.throwIfAborted();
  return code === 0;
}
