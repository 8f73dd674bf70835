import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { eventually } from "../../shared/eventually.ts";
import { identify } from "../../shared/process-identity.ts";
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

it.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)(
  "ends a bench at %s with %i, without a word, and all that it started",
  async (signal, code) => {
    const shared = path.resolve(import.meta.dirname, "../../../../../bench/interruption.ts");
    const bench = `import { listenForInterruption } from ${JSON.stringify(shared)};
const signal = listenForInterruption();
await using stack = { [Symbol.asyncDispose]: async () => console.log("ended") };
console.log("started");
await new Promise((_, reject) => {
  setInterval(() => undefined, 1000);
  signal.addEventListener("abort", () => reject(signal.reason));
});`;
    const file = path.join(home, "bench", "long.ts");
    await writeFile(file, bench);
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file]);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text: Buffer) => {
      if (stdout === "") child.kill(signal);
      stdout += text.toString();
    });
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    const exit = await new Promise((resolve) => {
      child.once("close", resolve);
    });
    expect({ exit, stdout, stderr }).toEqual({
      exit: code,
      stdout: "started\nended\n",
      stderr: "",
    });
  },
);

it("ends the bench that runs once it is interrupted, and starts no further one", async () => {
  const started = path.join(home, "started");
  const bench = `import { appendFileSync } from "node:fs";
appendFileSync("started", process.pid + " ");
setInterval(() => undefined, 1000);`;
  await writeFile(path.join(home, "bench", "long.ts"), bench);
  const interrupted = new AbortController();
  const running = benchCommand.run({
    home,
    positionals: ["long", "long"],
    values: {},
    json: true,
    terminal: makeTerminal(process, {}),
    stack: () => Promise.reject(new Error("a bench has a stack of its own")),
    interrupted: interrupted.signal,
    onForce: () => undefined,
  });
  const refused = expect(running).rejects.toThrow("enough");
  await eventually(async () => readFile(started), { deadlineMs: 20_000 });
  interrupted.abort(new Error("enough"));
  await refused;
  const [pid = 0, ...others] = (await readFile(started, "utf8")).trim().split(" ").map(Number);
  expect([identify(pid), others]).toEqual([undefined, []]);
});
