import { mkdir, mkdtemp, readdir, rm, stat, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { engineAccount } from "../src/app/engine-account.ts";
import { chooseFreePorts } from "../src/app/ports.ts";
import { provideEngines } from "../src/app/engines.ts";
import { definitions } from "../src/services/registry.ts";
import { ensureFolder, writeFileAtomically } from "../src/shared/files.ts";
import { likeStack } from "./like-stack.ts";
import { type CommandResult, runCommand } from "./command-line.ts";

const checkout = path.resolve(import.meta.dirname, "..", "..", "..");
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("ordinary-user is left out: the tests run as an ordinary user anyway");

// A checkout and a home that belong to an account without privileges, whatever the tests run as.
let home: string;
let account: { uid: number; gid: number };
let up: CommandResult;

beforeAll(async () => {
  if (!isRoot) return;
  account = (await engineAccount(0)) ?? { uid: -1, gid: -1 };
  const like = await likeStack();
  expect((await provideEngines(like, definitions)).unavailable).toEqual({});
  home = await mkdtemp(path.join("/var/tmp", "ordinary user "));
  const project = path.join(home, "project");
  const parts = [
    "devstack",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "apps",
    "contract",
    "packages",
    "node_modules",
  ];
  await ensureFolder(project, { mode: 0o755 });
  const copied = parts.map((part) => path.join(checkout, part));
  expect(await runCommand("cp", ["-a", ...copied, project])).toMatchObject({ exit: 0, stderr: "" });
  await writeFileAtomically(
    path.join(project, "devstack.config.ts"),
    `export default ${JSON.stringify({ profile: "reference", ports: await chooseFreePorts([]) })};\n`,
    { mode: 0o644 },
  );
  // The engines are root's, readable by all; everything else is made anew by the account itself.
  await mkdir(path.join(home, ".cache"));
  await symlink(like.base.cache, path.join(home, ".cache", "devstack"));
  const owned = ["-R", "-h", `${account.uid}:${account.gid}`, home];
  expect(await runCommand("chown", owned)).toMatchObject({ exit: 0, stderr: "" });
  up = await asUser(["up"]);
});
afterAll(async () => {
  if (!isRoot) return;
  await asUser(["down"]);
  await rm(home, { recursive: true, force: true });
});

it.runIf(isRoot)("brings everything up, each process its own", async () => {
  expect(up.exit, up.stdout + up.stderr).toBe(0);
  const { instances } = JSON.parse((await asUser(["status", "--json"])).stdout) as {
    instances: { instance: string; state: string; pid: number }[];
  };
  expect(instances.length).toBeGreaterThan(1);
  for (const { instance, state, pid } of instances) {
    expect(`${instance} ${state} ${(await stat(`/proc/${pid}`)).uid}`).toBe(
      `${instance} ready ${account.uid}`,
    );
  }
});

it.runIf(isRoot)("puts its state and its keys into the user's own folders, 700", async () => {
  for (const folder of [".local/state/devstack", ".config/devstack"]) {
    const found = await stat(path.join(home, folder));
    expect(`${found.uid} ${(found.mode & 0o777).toString(8)}`).toBe(`${account.uid} 700`);
  }
  expect((await readdir(home)).toSorted()).toEqual([".cache", ".config", ".local", "project"]);
});

it.runIf(isRoot)("leaves nothing running after down", async () => {
  const down = await asUser(["down"]);
  expect(down.exit, down.stderr).toBe(0);
  const mine = await runCommand("ps", ["-u", String(account.uid), "-o", "args="]);
  expect(mine.stdout.split("\n").filter((line) => line.includes(home))).toEqual([]);
});

async function asUser(args: readonly string[]): Promise<CommandResult> {
  return runCommand(path.join(home, "project", "devstack"), args, {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home, LANG: "C.UTF-8", TMPDIR: os.tmpdir() },
    ...account,
  });
}
