import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

/** What the launcher starts here in place of the command line: it says what it got and does what it is told. */
const commandLine = `
process.on("SIGTERM", () => { console.log("got SIGTERM"); process.exit(7); });
const [, , order = "", ...rest] = process.argv;
console.log(JSON.stringify({ node: process.version, rest, cwd: process.cwd() }));
if (order === "wait") setInterval(() => undefined, 1000);
else process.exit(Number(order));
`;

let scratch: string;
/** A checkout of the launcher and of nothing else that takes time, in a path with spaces. */
let home: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), "launcher "));
  home = path.join(scratch, "a folder with spaces");
  for (const sources of ["packages/platform/src/cli", "packages/vault/src", "contract/parity"])
    await mkdir(path.join(home, sources), { recursive: true });
  await writeFile(path.join(home, "packages/platform/src/cli/main.ts"), commandLine);
  for (const file of ["devstack", ".npmrc"]) {
    await cp(path.join(import.meta.dirname, file), path.join(home, file));
  }
  await writeLock("1.0.0");
});
afterAll(async () => rm(scratch, { recursive: true, force: true }));

it("installs once when two start at once, through a link, from elsewhere", async () => {
  const link = path.join(scratch, "linked");
  await symlink(path.join("a folder with spaces", "devstack"), link);
  const both = await Promise.all([
    run(link, ["0", "a b", "*"]),
    run(path.join(home, "devstack"), ["0", "a b", "*"]),
  ]);
  for (const { exit, stdout, stderr } of both) {
    expect(exit, stderr).toBe(0);
    const got = JSON.parse(stdout) as { node: string; rest: string[]; cwd: string };
    expect(got).toMatchObject({ rest: ["a b", "*"], cwd: os.tmpdir() });
    expect(Number(/^v(\d+)/.exec(got.node)?.[1])).toBeGreaterThanOrEqual(24);
  }
  expect(
    both.filter(({ stderr }) => stderr.includes("installing the npm dependencies")),
  ).toHaveLength(1);
}, 180_000);

it("passes exit codes through, and does not install again", async () => {
  const { exit, stderr } = await run(path.join(home, "devstack"), ["42"]);
  expect(exit).toBe(42);
  expect(stderr).toBe("");
});

it("runs what its bundler made, until a source is newer, and the sources where they are to be debugged", async () => {
  const sources = path.join(home, "packages/platform/src");
  const bundler = path.join(sources, "bundle", "bundle-programs.ts");
  const launcher = path.join(home, "devstack");
  const bundledBy = async (name: string, programs = `console.log("bundle ${name}");`) => {
    await mkdir(path.dirname(bundler), { recursive: true });
    await writeFile(bundler, bundlerOf(name, programs));
    return (await run(launcher, ["0"])).stdout.trim();
  };
  expect(await bundledBy("a")).toBe("bundle a");
  await writeFile(bundler, "throw new Error('older than the bundle');");
  await utimes(bundler, new Date(0), new Date(0));
  expect((await run(launcher, ["0"])).stdout.trim()).toBe("bundle a");
  expect((await run(launcher, ["0"], { DEVSTACK_DEBUG: "1" })).stdout).toContain('"rest":[]');
  expect(await bundledBy("b")).toBe("bundle b");
  expect(await bundledBy("none")).toContain('"rest":[]');
  expect(await bundledBy("c", "process.exit(0)")).toBe("");
  await rm(path.dirname(bundler), { recursive: true });
  expect((await run(launcher, ["0"])).stdout).toContain('"rest":[]');
});

it("passes signals through", async () => {
  const child = spawn(path.join(home, "devstack"), ["wait"], { stdio: ["ignore", "pipe", "pipe"] });
  const done = ending(child);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  child.kill("SIGTERM");
  expect(await done).toMatchObject({ exit: 7, stdout: expect.stringContaining("got SIGTERM") });
});

it("installs again when the lock file changed, also over the lock of a launcher that was killed", async () => {
  await writeLock("1.0.1");
  await mkdir(path.join(home, ".devstack-install"));
  await writeFile(path.join(home, ".devstack-install", "pid"), `${await deadPid()}\n`);
  const { exit, stderr } = await run(path.join(home, "devstack"), ["0"]);
  expect(exit, stderr).toBe(0);
  expect(stderr).toContain("installing the npm dependencies");
  expect((await run(path.join(home, "devstack"), ["0"])).stderr).toBe("");
}, 180_000);

it("keeps npm from the network where it was asked to look at nothing outside", async () => {
  await writeLock("1.0.3");
  const tools = path.join(scratch, "fake npm");
  await mkdir(tools);
  await writeFile(path.join(tools, "npm"), '#!/bin/sh\necho "npm got: $*" >&2\nexit 1\n', {
    mode: 0o755,
  });
  const PATH = `${tools}:${process.env["PATH"]}`;
  for (const [args, env, isOffline] of [
    [["0"], {}, false],
    [["0"], { DEVSTACK_OFFLINE: "0" }, false],
    [["0"], { DEVSTACK_OFFLINE: "1" }, true],
    [["up", "--offline"], {}, true],
  ] as const) {
    const { exit, stderr } = await run(path.join(home, "devstack"), args, { PATH, ...env });
    expect(exit).toBe(1);
    expect(/npm got: .*--offline/.test(stderr), stderr).toBe(isOffline);
    expect(stderr).toContain("error DS_INSTALL_FAILED");
  }
});

it("says what is missing where there is no npm", async () => {
  await writeLock("1.0.2");
  const { exit, stderr } = await run(path.join(home, "devstack"), ["0"], {
    PATH: path.join(scratch, "bin"),
  });
  expect(exit).toBe(1);
  expect(stderr).toMatch(/^error DS_NPM_MISSING: .*\n {2}hint: /);
});

/** A project whose only dependency is the Node that the root's lock file pins for this platform. */
async function writeLock(version: string): Promise<void> {
  const lock = JSON.parse(
    await readFile(path.join(import.meta.dirname, "package-lock.json"), "utf8"),
  ) as {
    packages: Record<string, Record<string, unknown>>;
  };
  const root = JSON.parse(
    await readFile(path.join(import.meta.dirname, "package.json"), "utf8"),
  ) as {
    optionalDependencies: Record<string, string>;
  };
  const { optionalDependencies } = root;
  const project = { name: "launched", version, optionalDependencies };
  const carried = Object.keys(optionalDependencies).map((name) => `node_modules/${name}`);
  const packages = Object.fromEntries(carried.map((name) => [name, lock.packages[name]]));
  await writeFile(path.join(home, "package.json"), JSON.stringify(project));
  await writeFile(
    path.join(home, "package-lock.json"),
    JSON.stringify({
      name: "launched",
      version,
      lockfileVersion: 3,
      requires: true,
      packages: { "": project, ...packages },
    }),
  );
  // Tools that the shell itself needs, without npm.
  await mkdir(path.join(scratch, "bin"), { recursive: true });
  for (const tool of ["dirname", "readlink", "cmp"]) {
    await symlink(`/usr/bin/${tool}`, path.join(scratch, "bin", tool)).catch(() => undefined); // there already
  }
}

/** In place of the real one: a bundle of this name whose command line is `program`; "none": it could make none. */
function bundlerOf(name: string, program: string): string {
  return `
import { mkdirSync, writeFileSync } from "node:fs";
const folder = process.argv[2];
mkdirSync(folder + "/${name}", { recursive: true });
if ("${name}" !== "none") writeFileSync(folder + "/${name}/devstack.js", ${JSON.stringify(program)});
writeFileSync(folder + "/current", "${name}\\n");`;
}

async function deadPid(): Promise<number> {
  const child = spawn("true");
  await new Promise((resolve) => child.once("close", resolve));
  return child.pid ?? 0;
}

interface Ending {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ending> {
  return ending(
    spawn(program, args, {
      cwd: os.tmpdir(),
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
}

async function ending(child: ChildProcess): Promise<Ending> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.once("close", (exit) => resolve({ exit, stdout, stderr })));
}
