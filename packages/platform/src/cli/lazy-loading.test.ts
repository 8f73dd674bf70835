import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

// Tells on stderr, when the process ends, which packages of npm's were loaded.
const spy = `
import { registerHooks } from "node:module";
const loaded = new Set();
registerHooks({
  load: (url, context, next) => {
    const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? [];
    if (name) loaded.add(name);
    return next(url, context);
  },
});
process.on("exit", () => process.stderr.write(JSON.stringify([...loaded])));`;

function packagesLoadedBy(...args: readonly string[]): readonly string[] {
  const main = path.resolve(import.meta.dirname, "main.ts");
  const { stderr } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(spy)}`, main, ...args],
    { encoding: "utf8" },
  );
  return JSON.parse(stderr.slice(stderr.lastIndexOf("["))) as string[];
}

it("loads nothing of npm's for help and status, and no driver for what is typed often", () => {
  expect(packagesLoadedBy("--help")).toEqual([]);
  expect(packagesLoadedBy("version")).toEqual([]);
  expect(packagesLoadedBy("status")).toEqual([]);
  expect(packagesLoadedBy("doctor", "--help")).toContain("semver"); // so it sees what is loaded
  const drivers = ["pg", "mysql2", "mongodb", "ioredis", "amqplib", "@peculiar/x509"];
  for (const args of [["up", "--help"], ["ls"], ["env", "--help"]])
    expect(packagesLoadedBy(...args).filter((name) => drivers.includes(name))).toEqual([]);
});
