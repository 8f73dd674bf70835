import { spawn } from "node:child_process";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../shared/eventually.ts";
import type { EngineRequirement } from "./engine.ts";
import { buildTree, treeFolder } from "./engine-tree.ts";
import { inspectCache } from "./inspect-cache.ts";
import { choiceKey, writeChoice } from "./recorded-choice.ts";
import { testFolder } from "./test-folder.ts";
import { findUnused, pruneCache } from "./unused-cache.ts";

const requirement: EngineRequirement = {
  name: "testdb",
  versions: ">=3 <4",
  required: ["testdb"],
  sources: [{ provider: "path" }],
};

/** A cache with a tree of this version, unpacked from a file of its own, and a choice of it by this requirement. */
async function addTree(cacheFolder: string, version: string, chosenBy?: EngineRequirement) {
  await mkdir(path.join(cacheFolder, "engines"), { recursive: true });
  await mkdir(path.join(cacheFolder, "packages/partial"), { recursive: true });
  const file = `testdb_${version}.deb`;
  await writeFile(path.join(cacheFolder, "packages", file), "package");
  const parts = [{ name: "testdb", version, hash: version }];
  const tree = { engine: "testdb", parts, shims: [], files: [file] };
  const root = treeFolder(cacheFolder, tree);
  const program = path.join(root, "usr/bin/testdb");
  await buildTree(root, tree, (folder) =>
    copyFile("/bin/sleep", path.join(folder, "usr/bin/testdb")),
  );
  if (chosenBy) {
    const installation = {
      engine: "testdb",
      product: "testdb",
      version,
      provider: "prefix",
      root,
    } as const;
    const options = { cacheFolder };
    const key = await choiceKey(chosenBy, options);
    await writeChoice({ ...installation, env: {}, programs: { testdb: program } }, options, key);
  }
  return { root, program, file };
}

test("what a choice names and what a process runs from stays; the rest goes", async () => {
  await using folder = await testFolder();
  const cacheFolder = path.join(folder.path, "cache");
  const users = [{ requirements: [requirement], options: { cacheFolder } }];
  const old = await addTree(cacheFolder, "3.0", { ...requirement, versions: ">=3.0" });
  const running = await addTree(cacheFolder, "3.1");
  const chosen = await addTree(cacheFolder, "3.2", requirement);
  const child = spawn(running.program, ["60"], { stdio: "ignore" });
  await eventually(
    async () => expect((await findUnused(users)).paths).not.toContain(running.root),
    { deadlineMs: 5000 },
  );
  const { paths, sizeBytes } = await findUnused(users);
  const [choice, ...others] = paths.map((each) => path.basename(each));
  expect(choice).toMatch(/^testdb-[0-9a-f]{16}\.json$/);
  expect(others).toEqual([path.basename(old.root), old.file]);
  expect(sizeBytes).toBeGreaterThan(1000);
  await pruneCache(users);
  child.kill();
  const names = await readdir(path.join(cacheFolder, "engines"));
  expect(names.filter((name) => !name.endsWith(".json")).toSorted()).toEqual(
    [chosen.root, running.root].map((each) => path.basename(each)).toSorted(),
  );
  expect((await readdir(path.join(cacheFolder, "packages"))).toSorted()).toEqual(
    ["partial", chosen.file, running.file].toSorted(),
  );
  expect((await findUnused([{ ...users[0]!, requirements: [] }])).paths).toContain(chosen.root);
});

test("tells a whole tree from a damaged and a half-made one, and a good choice from an outdated one", async () => {
  await using folder = await testFolder();
  const cacheFolder = path.join(folder.path, "cache");
  const tree = await addTree(cacheFolder, "3.2", requirement);
  const half = `${tree.root}.0123456789ab.partial`;
  const statesNow = async () => {
    const { trees, choices } = await inspectCache(cacheFolder);
    return [...trees, ...choices].map(({ state }) => state).toSorted();
  };
  expect(await statesNow()).toEqual(["good", "whole"]);
  await mkdir(half);
  await writeFile(tree.program, "");
  expect(await statesNow()).toEqual(["damaged", "half-made", "outdated"]);
});
