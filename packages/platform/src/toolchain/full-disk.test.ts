import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fakeRepository } from "./fake-repository.ts";
import { testFolder } from "./test-folder.ts";

const obstacle = obstacleToMounting();
if (obstacle !== undefined) console.warn(`full disk: skipped, ${obstacle}`);

/** A mount of one's own needs a namespace, which not every system gives to everybody. */
function obstacleToMounting(): string | undefined {
  if (!existsSync("/usr/bin/apt-get")) return "this machine has no apt-get";
  try {
    const mount = "mount -t tmpfs -o size=1m none /mnt";
    execFileSync("/usr/bin/unshare", ["-Urm", "sh", "-c", mount], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    return undefined;
  } catch (error) {
    return `a tmpfs can't be mounted here: ${String(error)}`;
  }
}

/** Provides an engine of 4 MB with its cache on a disk of this size; then lists what is left of its trees. */
async function provideOnDisk(size: string) {
  await using folder = await testFolder();
  const content = `#!/bin/sh\necho fulldb 3.1\nexit\n${"x".repeat(4_000_000)}`;
  const repository = await fakeRepository(path.join(folder.path, "repository"), [
    { name: "fulldb", version: "3.1", files: { "usr/bin/fulldb": content } },
  ]);
  const cacheFolder = path.join(folder.path, "cache");
  await mkdir(cacheFolder);
  const run = path.join(folder.path, "run.json");
  const requirement = {
    name: "fulldb",
    versions: ">=3",
    required: ["fulldb"],
    sources: [{ provider: "prefix", packages: ["fulldb"] }],
  };
  const options = { cacheFolder, aptSources: repository.sources };
  await writeFile(run, JSON.stringify({ requirement, options }));
  const script = `mount -t tmpfs -o size=${size},mode=755 none "$1" || exit 9
"$2" --disable-warning=ExperimentalWarning "$3" "$4"; code=$?; ls "$1/engines"; exit $code`;
  const program = fileURLToPath(import.meta.resolve("./provide-once.ts"));
  const args = ["-Urm", "sh", "-c", script, "sh", cacheFolder, process.execPath, program, run];
  return await new Promise<{ failed: boolean; stdout: string; stderr: string }>((resolve) => {
    execFile("/usr/bin/unshare", args, (error, stdout, stderr) =>
      resolve({ failed: error !== null, stdout, stderr }),
    );
  });
}

test.skipIf(obstacle !== undefined).each([
  ["while downloading", "2m", /no space left/i],
  ["while unpacking", "11m", /packages: tar: /],
])(
  "a disk that is full %s is named as what it is, and nothing half-made stays",
  async (_, size, message) => {
    const { failed, stdout, stderr } = await provideOnDisk(size);
    expect(failed).toBe(true);
    expect(stderr).toContain("code: 'DS_ENGINE_UNAVAILABLE'");
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/hint: 'make room on the disk of .*\/cache, then devstack fetch'/);
    expect(stderr).toMatch(/exit: 3/);
    expect(stdout).not.toMatch(/partial|lock|fulldb-/);
  },
);

test.skipIf(obstacle !== undefined)("a disk that is large enough serves", async () => {
  const { failed, stdout, stderr } = await provideOnDisk("16m");
  expect(failed, stdout + stderr).toBe(false);
  expect(stdout).toMatch(/fulldb-/);
});
