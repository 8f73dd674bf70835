import { createHash } from "node:crypto";
import { access, mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { engineOf, toolchainOptions } from "../../packages/platform/src/app/engines.ts";
import type { Stack } from "../../packages/platform/src/app/stack.ts";
import {
  findPython,
  type Python,
  pythonWithPip,
} from "../../packages/platform/src/toolchain/find-python.ts";
import { runCommand } from "../../packages/platform/src/toolchain/run-command.ts";

const requirements = path.join(import.meta.dirname, "fastapi", "requirements.txt");

/** A Python that has FastAPI and uvicorn, in a folder of the bench's own in the cache; pip checks every hash. */
export async function provideFastApi(stack: Stack): Promise<Python> {
  const python = await findPython({
    requirement: pythonWithPip,
    options: toolchainOptions(stack),
    progress: () => undefined,
    provide: async (requirement) => engineOf(stack, requirement),
  });
  const { env, program } = python;
  const { stdout: version } = await runCommand(program, ["--version"], { env });
  const wanted = createHash("sha256").update(`${version}${await readFile(requirements, "utf8")}`);
  const folder = path.join(
    stack.base.cache,
    "bench",
    `fastapi-${wanted.digest("hex").slice(0, 16)}`,
  );
  if (!(await isThere(folder))) await install(python, folder);
  return {
    program,
    env: { ...env, PYTHONPATH: folder, PYTHONNOUSERSITE: "1", PYTHONDONTWRITEBYTECODE: "1" },
  };
}

async function install({ env, program }: Python, folder: string): Promise<void> {
  process.stderr.write("getting FastAPI and uvicorn from PyPI\n");
  const partial = `${folder}.partial-${process.pid}`;
  await mkdir(partial, { recursive: true });
  try {
    const flags =
      "--no-input --disable-pip-version-check --no-cache-dir --no-deps --require-hashes";
    const target = ["--only-binary", ":all:", "--target", partial, "-r", requirements];
    await runCommand(program, ["-m", "pip", "install", ...flags.split(" "), ...target], { env });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function isThere(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  );
}
