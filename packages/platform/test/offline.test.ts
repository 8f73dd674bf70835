import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chooseFreePorts } from "../src/app/ports.ts";
import { devstack } from "./command-line.ts";

// A project of a user's own, with nothing in its cache.
let folder: string;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "offline-"));
  await chmod(folder, 0o755); // engines of another uid pass through it
  env = { DEVSTACK_HOME: path.join(folder, "home") };
  const config = { ports: await chooseFreePorts([]), engines: { postgresql: { source: "npm" } } };
  await writeFile(
    path.join(folder, "devstack.config.ts"),
    `export default ${JSON.stringify(config)};\n`,
  );
});
afterAll(async () => {
  await devstack(folder, ["down"], env);
  await rm(folder, { recursive: true, force: true });
});

it("looks at nothing outside, names what is missing, runs the rest, and exits 3", async () => {
  const { exit, stdout, stderr } = await devstack(
    folder,
    ["up", "--offline", "vault", "postgres", "redis"],
    env,
  );
  expect(exit, stdout + stderr).toBe(3);
  expect(stdout).toMatch(/^vault\s+ready\s/m);
  expect(stdout).toMatch(
    /postgresql .* the npm package .*: it is not in the cache, and this run is offline/,
  );
  expect(stdout).toMatch(/redis .* package lists: old or none, and this run is offline/);
  expect(stdout).toContain("hint: devstack fetch, once there is a network");
  expect(existsSync(path.join(folder, "home/cache/apt/lists.json"))).toBe(false);
});

it("fetch with DEVSTACK_OFFLINE=1 says what is missing as JSON", async () => {
  const offline = { ...env, DEVSTACK_OFFLINE: "1" };
  const { exit, stdout } = await devstack(folder, ["fetch", "postgres", "--json"], offline);
  expect(exit).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    engines: {},
    unavailable: { postgres: { code: "DS_ENGINE_UNAVAILABLE" } },
  });
});

it("fetch refuses a mistyped service before it gets anything", async () => {
  const { exit, stderr } = await devstack(folder, ["fetch", "redsi"], env);
  expect(exit).toBe(2);
  expect(stderr).toMatch(/did you mean "redis"\?/);
});
