import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ProcessLedger, type LedgerEntry } from "./process-ledger.ts";

let folder: string;
let ledger: ProcessLedger;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "ledger-"));
  ledger = new ProcessLedger(folder);
});
afterEach(async () => rm(folder, { recursive: true }));

it("gives back what it recorded, until it is forgotten", async () => {
  await ledger.record(entry("one"));
  await ledger.record(entry("two"));
  await ledger.forget("one");
  expect(await ledger.entries()).toEqual([entry("two")]);
});

it("is read while others are forgotten", async () => {
  await ledger.record(entry("stays"));
  for (let round = 0; round < 20; round += 1) {
    const passing = Array.from({ length: 20 }, (_, index) => `passing-${index}`);
    await Promise.all(passing.map(async (name) => ledger.record(entry(name))));
    const [entries] = await Promise.all([
      ledger.entries(),
      ...passing.map(async (name) => ledger.forget(name)),
    ]);
    expect(entries).toContainEqual(entry("stays"));
  }
});

function entry(name: string): LedgerEntry {
  return {
    name,
    marker: `test/${name}`,
    pid: 1,
    startTime: "1",
    stop: { signal: "SIGTERM", graceMs: 1 },
  };
}
