import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { eventually } from "../../test/eventually.ts";
import { plan, TestCore } from "../../test/test-core.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function make(vault: TestCore, seconds: number): Promise<void> {
  await vault.write((tx) => vault.core.tokens.create(tx, plan({ creationTtl: seconds })));
}

/** Unsealed, and done with the first look. */
async function start(): Promise<TestCore> {
  const vault = await TestCore.start();
  vi.advanceTimersByTime(0);
  return vault;
}

/** Tokens beside the root token. */
function count(vault: TestCore): number {
  return vault.read((tx) => vault.core.tokens.accessors(tx)).length - 1;
}

/** Both the clock and the timers move. */
function pass(vault: TestCore, seconds: number): void {
  vault.advance(seconds);
  vi.advanceTimersByTime(seconds * 1000);
}

test("tokens go as they expire, each in its time", async () => {
  await using vault = await start();
  for (const seconds of [30, 10, 20]) await make(vault, seconds);
  pass(vault, 9);
  expect(count(vault)).toBe(3);
  for (const left of [2, 1, 0]) {
    pass(vault, left === 2 ? 1 : 10);
    expect(count(vault)).toBe(left);
  }
  pass(vault, 3600);
  expect(vault.log).toEqual(["sealed", "unsealed"]);
});

test("one that expires first is looked for first, one that expires later changes nothing", async () => {
  await using vault = await start();
  await make(vault, 50);
  await make(vault, 5);
  await make(vault, 40);
  pass(vault, 5);
  expect(count(vault)).toBe(2);
  pass(vault, 35);
  expect(count(vault)).toBe(1);
  pass(vault, 10);
  expect(count(vault)).toBe(0);
});

test("many that expire at once go at once", async () => {
  await using vault = await start();
  for (let index = 0; index < 3; index += 1) await make(vault, 5);
  pass(vault, 5);
  expect(count(vault)).toBe(0);
});

test("a clock that was set ahead is felt within a minute", async () => {
  await using vault = await start();
  await make(vault, 36_000);
  vault.advance(36_000);
  vi.advanceTimersByTime(59_999);
  expect(count(vault)).toBe(1);
  vi.advanceTimersByTime(1);
  expect(count(vault)).toBe(0);
});

test("what expired while nobody looked goes at the unsealing", async () => {
  await using vault = await start();
  await make(vault, 10);
  vault.core.seal();
  pass(vault, 100);
  expect(vault.log.at(-1)).toBe("sealed");
  await vault.unseal();
  expect(count(vault)).toBe(1);
  vi.advanceTimersByTime(0);
  expect(count(vault)).toBe(0);
});

test("nothing is looked for while sealed", async () => {
  await using vault = await start();
  await make(vault, 5);
  vault.core.seal();
  vault.core.noticeExpiry(vault.now + 1000);
  pass(vault, 60);
  vi.useRealTimers();
  await new Promise(setImmediate);
  expect(vault.log.at(-1)).toBe("sealed");
});

test("a failure is told, and tried again with the next token", async () => {
  await using vault = await start();
  await make(vault, 5);
  const apply = vi.spyOn(vault.store, "apply").mockRejectedValueOnce(new Error("disk full"));
  pass(vault, 5);
  vi.useRealTimers();
  const told = "expired tokens could not be removed: Error: disk full";
  await eventually(() => vault.log.includes(told));
  expect(count(vault)).toBe(1);
  apply.mockRestore();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  await make(vault, 1);
  pass(vault, 1);
  expect(count(vault)).toBe(0);
});
