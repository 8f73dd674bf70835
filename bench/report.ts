import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { formatTable } from "../packages/platform/src/cli/table.ts";

/** One claim: what was measured, what it is compared with, and the goal for their ratio (or for the figure itself). */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly samples: readonly number[];
  /** What the ratio is to, with its own samples; undefined: the goal is for the figure itself. */
  readonly base?: { readonly name: string; readonly samples: readonly number[] };
  /** The most it may be; with neither goal it is shown for comparison alone. */
  readonly goal?: number;
  /** The least it may be: of what is better when there is more of it. */
  readonly atLeast?: number;
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1] ?? 0, sorted[sorted.length >> 1] ?? 0];
  return (low + high) / 2;
}

/** Prints the rows against their goals, and writes them with the machine's facts to `bench/results/<name>.json`. */
export function report(name: string, rows: readonly Row[]): void {
  const home = path.resolve(import.meta.dirname, "..");
  const judged = rows.map((row) => {
    const figure = median(row.samples);
    const base = row.base && median(row.base.samples);
    const reached = base === undefined ? figure : figure / base;
    return { ...row, figure, reached, met: isMet(row, reached) };
  });
  const machine = {
    cores: os.cpus().length,
    model: os.cpus()[0]?.model,
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()}`,
    node: process.version,
    load: os.loadavg(),
  };
  const commit = execFileSync("git", ["-C", home, "rev-parse", "HEAD"], { encoding: "utf8" });
  const folder = path.join(home, "bench", "results");
  mkdirSync(folder, { recursive: true });
  const document = { name, at: new Date().toISOString(), commit: commit.trim(), machine };
  writeFileSync(
    path.join(folder, `${name}.json`),
    `${JSON.stringify({ ...document, rows: judged }, undefined, 2)}\n`,
  );
  const cells = judged.map((row) => [
    row.name,
    `${row.figure.toFixed(row.figure < 10 ? 2 : 0)} ${row.unit}`,
    row.base ? `${row.base.name} ${median(row.base.samples).toFixed(0)} ${row.unit}` : "-",
    Number.isFinite(row.reached) ? row.reached.toFixed(2) : "-", // less than the smallest that is told, as a p99 of 0 ms
    row.goal !== undefined ? `≤ ${row.goal}` : row.atLeast !== undefined ? `≥ ${row.atLeast}` : "",
    row.met === undefined ? "" : row.met ? "met" : "missed",
  ]);
  process.stdout.write(
    `${formatTable(["WHAT", "MEDIAN", "AGAINST", "REACHED", "GOAL", ""], cells)}\n`,
  );
}

function isMet({ atLeast, goal }: Row, reached: number): boolean | undefined {
  if (goal !== undefined) return reached <= goal;
  return atLeast === undefined ? undefined : reached >= atLeast;
}
