import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { freePort } from "./fixtures/free-port.ts";
import { MemberRunner } from "./member-runner.ts";
import { connectOnce, isPortFree } from "./ports.ts";
import { ProcessLedger } from "./process-ledger.ts";
import type { ProcessSpec } from "./process-spec.ts";

const listens = fileURLToPath(new URL("fixtures/listens.mjs", import.meta.url));

/** Says that it was asked to end; a killed one says nothing. */
const saysWhenAsked = `
  process.on("SIGTERM", () => { console.log("asked to end"); process.exit(0); });
  require("node:net").createServer().listen(Number(process.argv[1]), "127.0.0.1");
`;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "member-runner-"));
});

afterEach(async () => rm(folder, { recursive: true }));

it("ends a companion by its own signal once the main process is gone, and does not wait for it before", async () => {
  const [main, companion] = [await freePort(), await freePort()];
  const logFile = path.join(folder, "one.log");
  const runner = new MemberRunner(
    {
      name: "one",
      ports: [{ name: "tcp", port: main }],
      account: undefined,
      logFile,
      companions: [
        {
          name: "one-helper",
          port: companion,
          process: node("-e", saysWhenAsked, String(companion)),
        },
      ],
      process: node(listens, String(main)),
      accepting: async () => connectOnce(main),
    },
    {
      ledger: new ProcessLedger(path.join(folder, "processes")),
      stack: `member-runner-test-${process.pid}`,
    },
  );
  await runner.start(AbortSignal.timeout(20_000));
  const asked = performance.now();
  await runner.stop();
  expect(performance.now() - asked).toBeLessThan(1500); // children get 2 s to follow
  expect(await readFile(logFile, "utf8")).toContain("asked to end");
  expect(await isPortFree(companion)).toBe(true);
});

function node(...args: readonly string[]): ProcessSpec {
  return {
    program: process.execPath,
    args,
    env: { PATH: process.env["PATH"] ?? "" },
    cwd: folder,
    stop: { signal: "SIGTERM", graceMs: 5000 },
  };
}
