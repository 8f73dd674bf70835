import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { type EngineRequirement, provideEngine } from "./engine.ts";
import { fakeRepository } from "./fake-repository.ts";
import { newerPackages } from "./newer-packages.ts";
import { testFolder } from "./test-folder.ts";

const hasApt = existsSync("/usr/bin/apt-get") && existsSync("/usr/bin/dpkg-deb");
if (!hasApt) console.warn("newer packages: skipped, this machine has no apt-get and dpkg-deb");

const requirement: EngineRequirement = {
  name: "agedb",
  versions: ">=3 <4",
  required: ["agedb"],
  sources: [{ provider: "prefix", packages: ["agedb"] }],
};

test.skipIf(!hasApt)("names what the archive has newer, and `newest` gets it", async () => {
  await using folder = await testFolder();
  const repository = path.join(folder.path, "repository");
  const publish = async (version: string) =>
    fakeRepository(repository, [
      { name: "agedb", version, files: { "usr/bin/agedb": `#!/bin/sh\necho agedb ${version}\n` } },
    ]);
  const cacheFolder = path.join(folder.path, "cache");
  const options = { cacheFolder, aptSources: (await publish("3.1")).sources };
  const installation = await provideEngine(requirement, options);
  expect(await newerPackages(requirement, installation, options)).toEqual([]);
  await publish("3.2");
  await rm(path.join(cacheFolder, "apt/lists.json")); // as if a minute had passed
  expect(await newerPackages(requirement, installation, options)).toEqual([
    { name: "agedb", present: "3.1", newest: "3.2" },
  ]);
  expect((await provideEngine(requirement, options)).version).toBe("3.1");
  expect((await provideEngine(requirement, { ...options, newest: true })).version).toBe("3.2");
  expect((await provideEngine(requirement, options)).version).toBe("3.2");
});
