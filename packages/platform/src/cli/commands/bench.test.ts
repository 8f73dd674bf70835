import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeTerminal } from "../terminal.ts";
import { benchCommand } from "./bench.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), "bench-"));
  await mkdir(path.join(home, "bench", "results"), { recursive: true });
});
afterEach(async () => rm(home, { recursive: true }));

it("gives all results as one document, and 1 when one did not come to its end", async () => {
  const bench = `import { writeFileSync } from "node:fs";
writeFileSync("bench/results/good.json", JSON.stringify({ name: "good", rows: [1] }));`;
  await writeFile(path.join(home, "bench", "good.ts"), bench);
  await writeFile(path.join(home, "bench", "poor.ts"), "process.exit(3);");
  const results: string[] = [];
  const exit = await benchCommand.run({
    home,
    positionals: [],
    values: {},
    json: true,
    terminal: { ...makeTerminal(process, {}), result: (text) => results.push(text) },
    stack: () => Promise.reject(new Error("a bench has a stack of its own")),
    interrupted: new AbortController().signal,
    onForce: () => undefined,
  });
  expect(exit).toBe(1);
  expect(results.map((text) => JSON.parse(text))).toEqual([
    {
      benches: [
        { name: "good", done: true, rows: [1] },
        { name: "poor", done: false },
      ],
    },
  ]);
});
