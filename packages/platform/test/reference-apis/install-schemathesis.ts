import { execFile } from "node:child_process";
import { mkdtemp, rename, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../../src/shared/errors.ts";

const checkout = path.resolve(import.meta.dirname, "..", "..", "..", "..");
const requirements = path.join(import.meta.dirname, "schemathesis.requirements.txt");

const options =
  "--checks all --phases examples,coverage,fuzzing --max-examples 10 --generation-deterministic" +
  " --no-shrink --continue-on-failure --request-timeout 20 --no-color";

export interface Schemathesis {
  /** Undefined where it can't be had here. */
  readonly run?: (
    contract: string,
    url: string,
  ) => Promise<{ readonly exit: number; readonly output: string }>;
  /** Why it can't. */
  readonly reason?: string;
}

/** In a virtual environment of its own, made once for a checkout; PyPI and Python have to be there for that. */
export async function installSchemathesis(): Promise<Schemathesis> {
  const caches = path.join(checkout, "node_modules", ".cache");
  const folder = path.join(caches, "schemathesis");
  try {
    await stat(folder).catch(async () => install(caches, folder));
  } catch (error) {
    return { reason: messageOf(error) };
  }
  const python = path.join(folder, "bin", "python");
  return { run: async (contract, url) => run(python, contract, url) };
}

async function install(caches: string, folder: string): Promise<void> {
  const made = await mkdtemp(path.join(caches, "schemathesis-"));
  try {
    const call = promisify(execFile);
    await call("python3", ["-m", "venv", made]);
    const pip = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--no-cache-dir",
      "--no-deps",
      "--requirement",
      requirements,
    ];
    await call(path.join(made, "bin", "python"), pip);
    await rename(made, folder);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw error;
  }
}

async function run(
  python: string,
  contract: string,
  url: string,
): Promise<{ readonly exit: number; readonly output: string }> {
  const args = [
    "-c",
    "from schemathesis.cli import schemathesis; schemathesis()",
    "--config-file",
    path.join(path.dirname(contract), "schemathesis.toml"),
    "run",
    contract,
    "--url",
    url,
    ...options.split(" "),
  ];
  const cwd = await mkdtemp(path.join(os.tmpdir(), "schemathesis-")); // it leaves notes where it runs
  try {
    return await new Promise((resolve) => {
      execFile(python, args, { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        resolve({ exit: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      });
    });
  } finally {
    await rm(cwd, { recursive: true });
  }
}
