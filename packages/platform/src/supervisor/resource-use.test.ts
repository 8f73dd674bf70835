import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { eventually } from "../shared/eventually.ts";
import { resourceUse } from "./resource-use.ts";
import { itOnLinux } from "../shared/fixtures/it-on-linux.ts";

const megabyte = 1024 * 1024;

/** Holds 100 MB, has a child that holds 50 MB, and works until it is killed. */
const program = `
  const held = Buffer.alloc(100 * ${megabyte}, 1);
  const { spawn } = require("node:child_process");
  const script = "const held = Buffer.alloc(50 * ${megabyte}, 1); console.log('ready'); process.stdin.resume()";
  const child = spawn(process.execPath, ["-e", script], { stdio: ["pipe", "inherit", "inherit"] });
  setInterval(() => { const end = Date.now() + 5; while (Date.now() < end); }, 6);
`;

let child: ChildProcess;

afterEach(() => child.kill("SIGKILL"));

itOnLinux("counts what a process and its children use", async () => {
  child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  if (child.stdout) await once(child.stdout, "data");
  const pid = child.pid ?? 0;
  const before = (await resourceUse([pid])).get(pid);
  expect(before?.processes).toBe(2);
  expect(before?.residentBytes).toBeGreaterThan(150 * megabyte);
  expect(before?.proportionalBytes).toBeGreaterThan(150 * megabyte);
  expect(before?.proportionalBytes).toBeLessThan(before?.residentBytes ?? 0); // Node's own pages are shared
  await eventually(
    async () => {
      const after = (await resourceUse([pid])).get(pid);
      expect(after?.cpuSeconds).toBeGreaterThan((before?.cpuSeconds ?? 0) + 0.1);
    },
    { deadlineMs: 10_000 },
  );
});

it("knows nothing of a process that has ended", async () => {
  child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  expect((await resourceUse([child.pid ?? 0])).size).toBe(0);
});
