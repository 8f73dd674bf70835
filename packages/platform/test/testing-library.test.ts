import { readFile } from "node:fs/promises";
import pg from "pg";
import { startStack, type TestStack } from "devstack/testing";
import { expect, it } from "vitest";
import { recordedStacks } from "../src/app/stack.ts";
import { isPortFree } from "../src/supervisor/ports.ts";
import { likeStack } from "./like-stack.ts";

it("gives two tests side by side a stack of their own each, and leaves nothing of them", async () => {
  const ports: number[] = [];
  {
    await using first = await startStack({ services: ["postgres"] });
    await using second = await startStack({ services: ["postgres"] });
    await query(first, "create table only_here (word text)");
    await query(first, "insert into only_here values ('hello')");
    expect(await query(first, "select word from only_here")).toEqual([{ word: "hello" }]);
    await expect(query(second, "select word from only_here")).rejects.toThrow(/does not exist/);
    expect(first.env["PGPASSWORD"]).not.toBe(second.env["PGPASSWORD"]);
    for (const stack of [first, second])
      ports.push(...Object.values(stack.ports["postgres"] ?? {}));
  }
  expect(new Set(ports).size).toBe(2);
  for (const port of ports) expect(await isPortFree(port)).toBe(true);
  const left = (await recordedStacks((await likeStack()).base)).filter((stack) =>
    ports.includes(stack.ports["postgres"]?.["sql"] ?? 0),
  );
  expect(left).toEqual([]);
});

it("starts in parallel", async () => {
  const stacks = await Promise.all([1, 2].map(async () => startStack({ services: ["postgres"] })));
  try {
    const answers = await Promise.all(stacks.map(async (stack) => query(stack, "select 1 as one")));
    expect(answers).toEqual([[{ one: 1 }], [{ one: 1 }]]);
  } finally {
    for (const stack of stacks) await stack[Symbol.asyncDispose]();
  }
});

it("refuses an unknown service before anything is made, and clears up after one that can't start", async () => {
  await expect(startStack({ services: ["postgers"] })).rejects.toMatchObject({
    code: "DS_UNKNOWN_SERVICE",
    hint: expect.stringContaining("postgres"),
  });
  const before = (await recordedStacks((await likeStack()).base)).length;
  const aborted = startStack({
    services: ["postgres"],
    signal: AbortSignal.abort(new Error("not today")),
  });
  await expect(aborted).rejects.toThrow(/not today|abort/);
  expect(await recordedStacks((await likeStack()).base)).toHaveLength(before);
});

async function query(stack: TestStack, text: string): Promise<unknown[]> {
  const client = new pg.Client({
    connectionString: stack.url("postgres"),
    ssl: { ca: await readFile(stack.caFile, "utf8") },
  });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
