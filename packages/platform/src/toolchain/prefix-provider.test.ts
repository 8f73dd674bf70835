import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { lstat, readdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type EngineRequirement, provideEngine, type ToolchainProgress } from "./engine.ts";
import { fakeRepository } from "./fake-repository.ts";
import { runCommand, toolEnvironment } from "./run-command.ts";
import { testFolder } from "./test-folder.ts";

const missing = ["apt-get", "apt-config", "dpkg-deb"].filter(
  (tool) => !existsSync(`/usr/bin/${tool}`),
);
if (missing.length > 0)
  console.warn(`prefix provider: skipped, this machine has no ${missing.join(", ")}`);
const aptTest = test.skipIf(missing.length > 0);

const requirement: EngineRequirement = {
  name: "fakedb",
  versions: ">=3 <4",
  required: ["fakedb"],
  optional: ["fakedump"],
  sources: [
    {
      provider: "prefix",
      packages: ["fakedb"],
      programFolders: ["usr/lib/fakedb/*/bin"],
      shims: [{ path: "usr/lib/fakedb/shim", content: "#!/bin/sh\n" }],
      onPath: true,
    },
  ],
};

/** A repository, an empty cache, and options that join them. */
async function stage() {
  const folder = await testFolder();
  const repositoryFolder = path.join(folder.path, "repository");
  const repository = await fakeRepository(repositoryFolder, [
    {
      name: "fakedb",
      version: "3.2.1-1",
      depends: "fakelib (>= 1), perl (>= 5), libllvm99",
      files: {
        "usr/lib/fakedb/9/bin/fakedb": "#!/bin/sh\necho fakedb 2.9\n",
        "usr/lib/fakedb/10/bin/fakedb": "#!/bin/sh\necho fakedb 3.2.1\n",
        "usr/share/doc/fakedb/README": "no engine reads it",
        "lib/fakedb/table": "where /lib is a link into usr",
      },
    },
    { name: "fakelib", version: "1.0", files: { "usr/lib/x-linux-gnu/fakelib.so": "library" } },
    { name: "libllvm99", version: "99", files: { "usr/lib/llvm": "large" } },
  ]);
  const options = { cacheFolder: path.join(folder.path, "cache"), aptSources: repository.sources };
  const written = path.join(folder.path, "run.json");
  await writeFile(written, JSON.stringify({ requirement, options }));
  return {
    options,
    repository,
    repositoryFolder,
    engines: path.join(options.cacheFolder, "engines"),
    /** The command that provides the engine in a process of its own. */
    command: (...fate: string[]) => {
      const program = fileURLToPath(import.meta.resolve("./provide-once.ts"));
      return [process.execPath, [program, written, ...fate]] as const;
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const modeOf = async (file: string) => ((await lstat(file)).mode & 0o7777).toString(8);

const trees = async (engines: string) =>
  (await readdir(engines)).filter((name) => /^fakedb-.*(?<!\.json)$/.test(name));

async function forgetChoices(engines: string): Promise<void> {
  for (const name of await readdir(engines))
    if (name.endsWith(".json")) await rm(path.join(engines, name));
}

aptTest(
  "resolves, fetches and unpacks what the engine needs, and leaves out what it doesn't",
  async () => {
    await using here = await stage();
    const steps: ToolchainProgress[] = [];
    const onProgress = (progress: ToolchainProgress) => void steps.push(progress);
    const found = await provideEngine(requirement, { ...here.options, onProgress });
    const root = found.root ?? "";
    expect(path.basename(root)).toMatch(/^fakedb-[0-9a-f]{16}$/);
    expect(found).toEqual({
      engine: "fakedb",
      product: "fakedb",
      version: "3.2.1",
      provider: "prefix",
      programs: { fakedb: `${root}/usr/lib/fakedb/10/bin/fakedb` },
      root,
      env: {
        LD_LIBRARY_PATH: `${root}/usr/lib/x-linux-gnu`,
        PATH: ["usr/lib/fakedb/10/bin", "usr/lib/fakedb/9/bin", "usr/sbin", "usr/bin"]
          .map((folder) => `${root}/${folder}`)
          .concat("/usr/bin", "/bin")
          .join(":"),
      },
    });
    const files = (await readdir(root, { recursive: true })).toSorted();
    expect(files).toContain("usr/lib/fakedb/table");
    expect(files).toContain("usr/lib/fakedb/shim");
    expect(files.filter((file) => /doc\/|llvm|DEBIAN/.test(file))).toEqual([]);
    expect([...new Set(steps.map(({ step }) => step))]).toEqual([
      "lists",
      "download",
      "unpack",
      "verify",
      "ready",
    ]);
    expect(steps.findLast(({ step }) => step === "unpack")?.fraction).toBe(1);
  },
);

aptTest("everybody may read the tree, and nothing in it is setuid", async () => {
  await using here = await stage();
  const { root = "", programs } = await provideEngine(requirement, here.options);
  expect(await modeOf(here.options.cacheFolder)).toBe("755");
  expect(await modeOf(root)).toBe("755");
  expect(await modeOf(programs["fakedb"] ?? "")).toBe("755");
  expect(await modeOf(path.join(root, "usr/lib/fakedb/table"))).toBe("644");
});

aptTest(
  "what was unpacked serves without the repository; without the record too, as long as the lists are there",
  async () => {
    await using here = await stage();
    const found = await provideEngine(requirement, here.options);
    await rename(here.repositoryFolder, `${here.repositoryFolder}.gone`);
    const steps = new Set<string>();
    const options = {
      ...here.options,
      onProgress: ({ step }: ToolchainProgress) => void steps.add(step),
    };
    expect(await provideEngine(requirement, options)).toEqual(found);
    expect([...steps]).toEqual(["ready"]);
    await forgetChoices(here.engines);
    expect(await provideEngine(requirement, { ...options, offline: true })).toEqual(found);
    expect([...steps]).toEqual(["ready", "verify"]);
  },
);

aptTest("a tree that has lost something is unpacked again", async () => {
  await using here = await stage();
  const found = await provideEngine(requirement, here.options);
  await rename(here.repositoryFolder, `${here.repositoryFolder}.gone`);
  for (const damage of [
    () => truncate(found.programs["fakedb"] ?? "", 5),
    () => rm(path.join(found.root ?? "", "usr/lib/x-linux-gnu"), { recursive: true }),
    () => writeFile(path.join(found.root ?? "", "devstack-tree.json"), "{"),
  ]) {
    await damage();
    await forgetChoices(here.engines);
    expect(await provideEngine(requirement, { ...here.options, offline: true })).toEqual(found);
    expect(
      await lstat(path.join(found.root ?? "", "usr/lib/x-linux-gnu/fakelib.so")),
    ).toBeDefined();
  }
});

aptTest("a cache folder may have a name with blanks and marks", async () => {
  await using here = await stage();
  const cacheFolder = path.join(here.options.cacheFolder, `a 'quoted' %41 \\ #; {folder}`);
  const found = await provideEngine(requirement, { ...here.options, cacheFolder });
  expect(found.root?.startsWith(cacheFolder)).toBe(true);
});

aptTest("a package that was changed in the cache is fetched again", async () => {
  await using here = await stage();
  const found = await provideEngine(requirement, here.options);
  const file = path.join(here.options.cacheFolder, "packages/fakedb_3.2.1-1_all.deb");
  const size = (await lstat(file)).size;
  await writeFile(file, "x".repeat(size));
  await rm(found.root ?? "", { recursive: true });
  expect(await provideEngine(requirement, here.options)).toEqual(found);
});

aptTest("a package that is not what the lists say is refused", async () => {
  await using here = await stage();
  const file = path.join(here.repositoryFolder, "fakedb_3.2.1-1_all.deb");
  await writeFile(file, "x".repeat((await lstat(file)).size));
  await expect(provideEngine(requirement, here.options)).rejects.toMatchObject({
    code: "DS_ENGINE_UNAVAILABLE",
    message: expect.stringMatching(
      /the distribution's packages: apt-get: exit code 100: .*[Hh]ash/,
    ),
  });
  expect(await trees(here.engines)).toEqual([]);
});

aptTest("an unsigned repository is refused", async () => {
  await using here = await stage();
  const options = { ...here.options, aptSources: here.repository.sourcesToVerify };
  await expect(provideEngine(requirement, options)).rejects.toMatchObject({
    code: "DS_ENGINE_UNAVAILABLE",
    message: expect.stringContaining("not signed"),
  });
});

aptTest("a package that does not exist is named", async () => {
  await using here = await stage();
  const options = { ...here.options, engines: { fakedb: { packages: ["fakedbb"] } } };
  const sources: EngineRequirement["sources"] = [...requirement.sources, { provider: "path" }];
  await expect(provideEngine({ ...requirement, sources }, options)).rejects.toMatchObject({
    code: "DS_ENGINE_UNAVAILABLE",
    message: expect.stringContaining("Unable to locate package fakedbb"),
    details: { tried: [{ source: "the distribution's packages" }] }, // and nothing that was not named
  });
});

aptTest("offline with nothing in the cache says so", async () => {
  await using here = await stage();
  await expect(
    provideEngine(requirement, { ...here.options, offline: true }),
  ).rejects.toMatchObject({
    code: "DS_ENGINE_UNAVAILABLE",
    message: expect.stringContaining("Unable to locate package fakedb"),
  });
});

aptTest("a second run waits for the first and takes what that made", async () => {
  await using here = await stage();
  const [program, args] = here.command("unpack", "hold");
  const first = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(first, "exit");
  for await (const line of createInterface({ input: first.stdout })) if (line === "unpack") break;
  const steps: string[] = [];
  const found = await provideEngine(requirement, {
    ...here.options,
    onProgress: ({ step, detail }) => {
      steps.push(`${step}: ${detail}`);
      if (detail.startsWith("waiting")) first.stdin.end();
    },
  });
  expect(steps).toEqual([
    `lists: waiting for process ${first.pid}, which gets it`,
    "ready: fakedb 3.2.1 (prefix)",
  ]);
  expect((await ended)[0]).toBe(0);
  expect(await trees(here.engines)).toEqual([path.basename(found.root ?? "")]);
});

aptTest.each(["lists", "download", "unpack"])(
  "a run killed at %s leaves nothing that hinders the next",
  async (step) => {
    await using here = await stage();
    const [program, args] = here.command(step, "die");
    await expect(runCommand(program, args, { env: toolEnvironment() })).rejects.toThrow(/SIGKILL/);
    const { root = "" } = await provideEngine(requirement, here.options);
    expect(await trees(here.engines)).toEqual([path.basename(root)]);
    expect((await readdir(here.engines)).filter((name) => name.endsWith(".lock"))).toEqual([]);
  },
);
