import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fetchEngines } from "./fetch.ts";
import { establishStack, recordedStacks, resolveStack, type Stack } from "./stack.ts";

let home: string;

beforeEach(async () => void (home = await mkdtemp(path.join(os.tmpdir(), "stack-"))));
afterEach(async () => rm(home, { recursive: true }));

async function stackNamed(name: string): Promise<Stack> {
  const surroundings = { env: { DEVSTACK_HOME: home }, uid: 1000, homeFolder: home };
  return resolveStack({ cwd: home, home, name, surroundings });
}

it("finds the stacks that are recorded beside one whose record is half-written", async () => {
  const [whole, broken] = [await stackNamed("whole"), await stackNamed("broken")];
  for (const stack of [whole, broken]) await establishStack(stack);
  await writeFile(path.join(broken.folders.state, "stack.json"), '{"id": "bro');
  const recorded = await recordedStacks(whole.base);
  expect(recorded.map(({ id }) => id)).toEqual([whole.id]);
});

it("fetches what the profile and the applications need where no service is named", async () => {
  const nowhere = { path: path.join(home, "nowhere") };
  const stack: Stack = {
    ...(await stackNamed("fetching")),
    profile: "minimal",
    apps: [{ name: "web", command: ["true"], cwd: home, needs: ["vault", "mysql"] }],
    engines: { postgresql: nowhere, redis: nowhere, mysql: nowhere, mongodb: nowhere },
  };
  const asked = async (names: readonly string[]): Promise<readonly string[]> =>
    Object.keys((await fetchEngines(stack, names, {})).unavailable).toSorted();
  expect(await asked([])).toEqual(["mysql", "postgres", "redis"]);
  expect(await asked(["mongodb"])).toEqual(["mongodb"]);
});
