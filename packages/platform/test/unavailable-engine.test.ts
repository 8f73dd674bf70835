import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chooseFreePorts } from "../src/app/ports.ts";
import { resolveStack } from "../src/app/stack.ts";
import { surroundings } from "../src/config/folders.ts";
import { devstack } from "./command-line.ts";

// A project of a user's own, with the name of one engine's package broken on purpose.
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "unavailable-"));
  const config = {
    ports: await chooseFreePorts([]),
    engines: { rabbitmq: { source: "prefix", packages: ["rabbitmq-of-another-world"] } },
  };
  await writeFile(
    path.join(folder, "devstack.config.ts"),
    `export default ${JSON.stringify(config)};\n`,
  );
});
afterAll(async () => {
  await devstack(folder, ["down"]);
  const stack = await resolveStack({ cwd: folder, home: folder, surroundings: surroundings() });
  for (const each of [folder, stack.folders.state, stack.folders.config])
    await rm(each, { recursive: true, force: true });
});

it("leaves the rest running, says what is unavailable and what to do, and exits 3", async () => {
  const { exit, stdout, stderr } = await devstack(folder, ["up", "redis", "rabbitmq"]);
  expect(exit, stdout + stderr).toBe(3);
  expect(stdout).toMatch(/^rabbitmq\s+unavailable\s/m);
  for (const instance of ["vault", "redis-1", "redis-6"])
    expect(stdout).toMatch(new RegExp(`^${instance}\\s+ready\\s`, "m"));
  expect(stdout).toMatch(/error DS_ENGINE_UNAVAILABLE: rabbitmq .*rabbitmq-of-another-world/);
  expect(stdout).toMatch(/hint: .*devstack.config.ts/);
});

it("says so in status too, and gives settings for what is there", async () => {
  const status = JSON.parse((await devstack(folder, ["status", "--json"])).stdout) as {
    instances: { instance: string; state: string; error?: { code: string } }[];
  };
  const rabbitmq = status.instances.find((one) => one.instance === "rabbitmq");
  expect(rabbitmq).toMatchObject({
    state: "unavailable",
    error: { code: "DS_ENGINE_UNAVAILABLE" },
  });
  const env = await devstack(folder, ["env", "--json"]);
  expect(Object.keys(JSON.parse(env.stdout) as object)).toContain("REDIS_URL");
  expect(env.stdout).not.toContain("RABBITMQ_URL");
});

it("refuses a mistyped service at once, with the nearest name", async () => {
  const { exit, stderr } = await devstack(folder, ["up", "postgers"]);
  expect(exit).toBe(2);
  expect(stderr).toMatch(
    /error DS_UNKNOWN_SERVICE: .*"postgers"\n {2}hint: did you mean "postgres"\?/,
  );
});
