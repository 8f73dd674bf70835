import { globSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import config from "../../../../vitest.config.ts";
import { packageRuns } from "./test-packages.ts";

const checkout = path.resolve(import.meta.dirname, "../../../..");
const test = config.test ?? {};

describe("of both kinds", () => {
  const runs = packageRuns(["unit", "integration"]);

  it("runs every project of vitest's once", () => {
    const named = (test.projects ?? []).map((project) => (project as NamedProject).test.name);
    expect(runs.flatMap(({ projects }) => projects).toSorted()).toEqual(named.toSorted());
  });

  it("holds the vault to its own tests, and the APIs to all of theirs", () => {
    expect(runs.map(({ projects, covers }) => [projects.join(), covers.length > 0])).toEqual([
      ["unit", true],
      ["unit-api,integration-api", true],
      ["integration", false],
    ]);
  });
});

it("holds of one kind alone only the vault to being reached: stacks reach part of the APIs", () => {
  expect(packageRuns(["unit"]).map(({ projects, covers }) => [projects.join(), covers])).toEqual([
    ["unit", ["packages/vault/src/**/*.ts"]],
    ["unit-api", []],
  ]);
  expect(packageRuns(["integration"]).flatMap(({ covers }) => covers)).toEqual([]);
});

// A threshold of no files holds whatever is tested.
it("sets its limits to sources that are there, each covered by a run", () => {
  const filesOf = (pattern: string) => globSync(pattern, { cwd: checkout });
  const covered = packageRuns(["unit", "integration"]).flatMap(({ covers }) => covers);
  for (const pattern of covered) expect(filesOf(pattern), pattern).not.toEqual([]);
  const reached = new Set(covered.flatMap(filesOf));
  const limits = Object.keys(test.coverage?.thresholds ?? {});
  expect(limits.length).toBeGreaterThan(1);
  for (const pattern of limits) {
    expect(filesOf(pattern), pattern).not.toEqual([]);
    for (const file of filesOf(pattern)) expect(reached.has(file), file).toBe(true);
  }
});

interface NamedProject {
  readonly test: { readonly name: string };
}
