import { mkdir } from "node:fs/promises";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { type EngineRequirement, provideEngine } from "./engine.ts";
import { testFolder } from "./test-folder.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const requirement: EngineRequirement = {
  name: "testdb",
  versions: ">=3 <4",
  required: ["devstack-testdb"],
  sources: [
    { provider: "homebrew", formulas: ["testdb@4", "testdb", "testdb-tools"], onPath: true },
  ],
};

/** A brew that answers for three formulas, as the real one does whether they are installed or not. */
async function stage() {
  const folder = await testFolder();
  const opt = path.join(folder.path, "opt");
  await folder.script(
    "brew",
    `[ "$HOMEBREW_NO_AUTO_UPDATE" = 1 ] || exit 9
case "$1 $2" in "--prefix testdb"*) echo "${opt}/$2" ;; *) echo "Error: No available formula" >&2; exit 1 ;; esac`,
  );
  vi.stubEnv("PATH", `${folder.path}:/usr/bin:/bin`);
  return { ...folder, opt, options: { cacheFolder: path.join(folder.path, "cache") } };
}

test("takes the programs of an installed formula from where brew says it lies", async () => {
  const here = await stage();
  await using _ = here;
  const program = await here.script("opt/testdb/bin/devstack-testdb", "echo testdb 3.4");
  await mkdir(path.join(here.opt, "testdb-tools/sbin"), { recursive: true });
  expect(await provideEngine(requirement, here.options)).toEqual({
    engine: "testdb",
    product: "testdb",
    version: "3.4",
    provider: "homebrew",
    programs: { "devstack-testdb": program },
    root: undefined,
    env: { PATH: `${here.opt}/testdb/bin:${here.opt}/testdb-tools/sbin:/usr/bin:/bin` },
  });
});

test("says what to install where no formula is", async () => {
  await using here = await stage();
  await expect(provideEngine(requirement, here.options)).rejects.toMatchObject({
    code: "DS_ENGINE_UNAVAILABLE",
    message: expect.stringContaining(
      "Homebrew: none of testdb@4, testdb, testdb-tools is installed: brew install testdb@4",
    ),
  });
});

test("a machine without brew is told so", async () => {
  await using here = await stage();
  vi.stubEnv("PATH", "/usr/bin:/bin");
  await expect(provideEngine(requirement, here.options)).rejects.toThrow(
    "Homebrew: this machine has no brew",
  );
});
