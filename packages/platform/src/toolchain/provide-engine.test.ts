import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { eventually } from "../shared/eventually.ts";
import { identify } from "../shared/process-identity.ts";
import { type EngineRequirement, provideEngine } from "./engine.ts";
import { testFolder } from "./test-folder.ts";

const database: EngineRequirement = {
  name: "testdb",
  versions: ">=3 <4",
  required: ["devstack-testdb"],
  identity: { saysNot: "Other" },
  sources: [
    {
      provider: "path",
      flavour: { name: "stand-in", versions: "*", required: ["devstack-stand-in"] },
    },
  ],
};

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A program that prints its version, and a mark into a file whenever it is asked. */
const counting = (folder: string, version: string) =>
  `echo asked >> ${folder}/asked; echo "testdb ${version}"`;

const timesAsked = async (folder: string) =>
  (await readFile(path.join(folder, "asked"), "utf8")).split("\n").length - 1;

test("an explicit path is taken, with the folders usual in one, and recorded", async () => {
  await using folder = await testFolder();
  const program = await folder.script("opt/bin/devstack-testdb", counting(folder.path, "3.2"));
  const options = {
    cacheFolder: path.join(folder.path, "cache"),
    engines: { testdb: { path: path.join(folder.path, "opt") } },
  };
  const installation = await provideEngine(database, options);
  expect(installation).toEqual({
    engine: "testdb",
    product: "testdb",
    version: "3.2",
    provider: "explicit",
    programs: { "devstack-testdb": program },
    root: undefined,
    env: {},
  });
  expect(await provideEngine(database, options)).toEqual(installation);
  expect(await timesAsked(folder.path)).toBe(1);
});

test("a program that was replaced is asked again", async () => {
  await using folder = await testFolder();
  await folder.script("devstack-testdb", counting(folder.path, "3.2"));
  const options = {
    cacheFolder: path.join(folder.path, "cache"),
    engines: { testdb: { path: folder.path } },
  };
  await provideEngine(database, options);
  await folder.script("devstack-testdb", `${counting(folder.path, "3.10.1")} # newer`);
  expect((await provideEngine(database, options)).version).toBe("3.10.1");
});

test.each(["", "{", "null", `{"for":1}`, "[]"])(
  "a choice file that holds %j is written anew",
  async (junk) => {
    await using folder = await testFolder();
    await folder.script("devstack-testdb", counting(folder.path, "3.2"));
    const options = {
      cacheFolder: path.join(folder.path, "cache"),
      engines: { testdb: { path: folder.path } },
    };
    const installation = await provideEngine(database, options);
    const engines = path.join(options.cacheFolder, "engines");
    const [choice = ""] = (await readdir(engines)).filter((name) => name.endsWith(".json"));
    await writeFile(path.join(engines, choice), junk);
    expect(await provideEngine(database, options)).toEqual(installation);
    expect(await provideEngine(database, options)).toEqual(installation);
    expect(await timesAsked(folder.path)).toBe(2);
  },
);

test("a change of the configuration counts at once, and going back needs no new choice", async () => {
  await using folder = await testFolder();
  const cacheFolder = path.join(folder.path, "cache");
  const optionsFor = (name: string) => ({
    cacheFolder,
    engines: { testdb: { path: path.join(folder.path, name) } },
  });
  await folder.script("old/devstack-testdb", counting(folder.path, "3.2"));
  await folder.script("new/devstack-testdb", counting(folder.path, "3.3"));
  expect((await provideEngine(database, optionsFor("old"))).version).toBe("3.2");
  expect((await provideEngine(database, optionsFor("new"))).version).toBe("3.3");
  expect((await provideEngine(database, optionsFor("old"))).version).toBe("3.2");
  expect(await timesAsked(folder.path)).toBe(2);
  expect((await provideEngine(database, { ...optionsFor("old"), newest: true })).version).toBe(
    "3.2",
  );
  expect(await timesAsked(folder.path)).toBe(3);
});

test("the configured source is the only one that is tried", async () => {
  await using folder = await testFolder();
  vi.stubEnv("PATH", folder.path);
  await folder.script("devstack-testdb", "echo testdb 3.2");
  const requirement: EngineRequirement = {
    ...database,
    sources: [{ provider: "path" }, { provider: "homebrew", formulas: ["testdb"] }],
  };
  const optionsFor = (source: "homebrew" | "path" | "npm") => ({
    cacheFolder: path.join(folder.path, "cache"),
    engines: { testdb: { source } },
  });
  expect((await provideEngine(requirement, optionsFor("path"))).provider).toBe("path");
  await expect(provideEngine(requirement, optionsFor("homebrew"))).rejects.toThrow(
    "testdb >=3 <4 can't be had here: Homebrew: this machine has no brew",
  );
  await expect(provideEngine(requirement, optionsFor("npm"))).rejects.toThrow(
    "testdb >=3 <4 can't be had here: its sources are path, homebrew",
  );
});

test("another requirement is chosen for anew", async () => {
  await using folder = await testFolder();
  await folder.script("devstack-testdb", counting(folder.path, "3.2"));
  const options = {
    cacheFolder: path.join(folder.path, "cache"),
    engines: { testdb: { path: folder.path } },
  };
  await provideEngine(database, options);
  await expect(provideEngine({ ...database, versions: ">=4" }, options)).rejects.toThrow(
    /3\.2, not >=4/,
  );
});

test("an explicit path may hold the stand-in", async () => {
  await using folder = await testFolder();
  await folder.script("devstack-stand-in", "echo stand-in 11.4");
  const installation = await provideEngine(database, {
    cacheFolder: path.join(folder.path, "cache"),
    engines: { testdb: { path: ["/nowhere", folder.path] } },
  });
  expect(installation).toMatchObject({ engine: "testdb", product: "stand-in", version: "11.4" });
});

test("an explicit path that does not serve is an error: nothing else is tried", async () => {
  await using folder = await testFolder();
  await expect(
    provideEngine(database, {
      cacheFolder: path.join(folder.path, "cache"),
      engines: { testdb: { path: "/nowhere" } },
    }),
  ).rejects.toMatchObject({
    code: "DS_ENGINE_UNAVAILABLE",
    exit: 3,
    message:
      "testdb >=3 <4 can't be had here: the configured path /nowhere: no devstack-testdb; no devstack-stand-in",
    details: { tried: [{ source: "the configured path /nowhere" }] },
  });
});

test("every source that was tried is named with its reason", async () => {
  await using folder = await testFolder();
  const sources = [...database.sources, { provider: "path" } as const];
  const attempt = provideEngine({ ...database, sources }, { cacheFolder: folder.path });
  await expect(attempt).rejects.toMatchObject({
    code: "DS_ENGINE_UNAVAILABLE",
    message:
      "testdb >=3 <4 can't be had here: PATH: no devstack-stand-in · PATH: no devstack-testdb",
    hint: expect.stringContaining("devstack-testdb"),
  });
});

test("a mysqld on PATH serves as MySQL when it is one; when it is MariaDB the next source has its turn", async () => {
  await using folder = await testFolder();
  const mysql: EngineRequirement = {
    name: "mysql",
    versions: ">=8 <10",
    required: ["mysqld"],
    identity: { saysNot: "MariaDB" },
    sources: [
      { provider: "path" },
      {
        provider: "path",
        flavour: { name: "mariadb", versions: ">=10.6", required: ["mariadbd"] },
      },
    ],
  };
  vi.stubEnv("PATH", folder.path);
  const body = `echo "mysqld  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64"`;
  await folder.script("mysqld", body);
  await folder.script("mariadbd", body);
  const standIn = await provideEngine(mysql, { cacheFolder: path.join(folder.path, "one") });
  expect(standIn).toMatchObject({ product: "mariadb", version: "10.11.6", provider: "path" });
  await folder.script(
    "mysqld",
    `echo "mysqld  Ver 8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)"`,
  );
  const real = await provideEngine(mysql, { cacheFolder: path.join(folder.path, "two") });
  expect(real).toMatchObject({ product: "mysql", version: "8.4.3" });
});

test("a cache folder that is there keeps its permissions", async () => {
  await using folder = await testFolder();
  await folder.script("devstack-testdb", "echo testdb 3.2");
  await provideEngine(database, {
    cacheFolder: folder.path,
    engines: { testdb: { path: folder.path } },
  });
  expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
});

test("a cache folder that can't be made is reported as such", async () => {
  await using folder = await testFolder();
  const file = await folder.script("file", "");
  await expect(provideEngine(database, { cacheFolder: `${file}/cache` })).rejects.toMatchObject({
    code: "DS_CACHE_UNUSABLE",
    exit: 2,
  });
});

test("an aborted signal ends a probe that hangs", async () => {
  await using folder = await testFolder();
  const pidFile = path.join(folder.path, "pid");
  await folder.script(
    "devstack-testdb",
    `echo $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; exec sleep 60`,
  );
  const controller = new AbortController();
  const attempt = provideEngine(database, {
    cacheFolder: path.join(folder.path, "cache"),
    engines: { testdb: { path: folder.path } },
    signal: controller.signal,
  });
  const aborted = expect(attempt).rejects.toMatchObject({ name: "AbortError" });
  const pid = Number(await eventually(() => readFile(pidFile, "utf8"), { deadlineMs: 5000 }));
  controller.abort();
  await aborted;
  await eventually(async () => expect(identify(pid)).toBeUndefined(), { deadlineMs: 5000 });
});
