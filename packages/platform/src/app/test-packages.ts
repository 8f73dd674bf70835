import { spawn } from "node:child_process";
import path from "node:path";

/** vitest's projects by how they begin: tests beside the source, and those that start whole stacks. */
export type PackageTests = "unit" | "integration";

/** Projects that vitest runs together. */
export interface PackageRun {
  readonly name: string;
  readonly projects: readonly string[];
  /** Sources that these tests have to reach as far as vitest.config.ts says. */
  readonly covers: readonly string[];
}

const runs: readonly PackageRun[] = [
  { name: "unit", projects: ["unit"], covers: ["packages/vault/src/**/*.ts"] },
  {
    name: "reference APIs",
    projects: ["unit-api", "integration-api"],
    covers: ["packages/api-kit/src/**/*.ts", "apps/*/src/**/*.ts"],
  },
  { name: "integration", projects: ["integration"], covers: [] },
];

/** Every test of these kinds, once. What is covered says something only where all of a run's projects are in it. */
export function packageRuns(kinds: readonly PackageTests[]): readonly PackageRun[] {
  return runs.flatMap((run) => {
    const projects = run.projects.filter((project) =>
      kinds.some((kind) => `${project}-`.startsWith(`${kind}-`)),
    );
    if (projects.length === 0) return [];
    return [{ ...run, projects, covers: projects.length < run.projects.length ? [] : run.covers }];
  });
}

/** Runs the packages' own tests, their output on stderr. Gives whether they all passed, and reached what they have to. */
export async function testPackages(
  home: string,
  { projects, covers }: PackageRun,
  signal: AbortSignal,
): Promise<boolean> {
  const vitest = path.join(home, "node_modules", "vitest", "vitest.mjs");
  const args = [
    "--disable-warning=ExperimentalWarning",
    vitest,
    "run",
    ...projects.flatMap((project) => ["--project", project]),
    ...(covers.length > 0 ? ["--coverage"] : []),
    ...covers.map((pattern) => `--coverage.include=${pattern}`),
  ];
  // vitest keeps a file of its own among the user's data; nothing of a test belongs there.
  const env = { ...process.env, XDG_DATA_HOME: path.join(home, "node_modules", ".cache", "data") };
  const child = spawn(process.execPath, args, { cwd: home, env, stdio: ["ignore", 2, 2], signal });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
}
