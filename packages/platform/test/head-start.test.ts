import { afterAll, beforeAll, expect, it } from "vitest";
import { connectionOf } from "../src/app/connections.ts";
import { down } from "../src/app/down.ts";
import type { Stack } from "../src/app/stack.ts";
import { openStackHandle } from "../src/app/stack-handle.ts";
import { createThrowawayStack } from "../src/app/throwaway-stack.ts";
import { up } from "../src/app/up.ts";
import { withNode } from "../src/services/redis/node-client.ts";
import type { UnitStatus } from "../src/supervisor/unit.ts";
import { likeStack } from "./like-stack.ts";

let stack: Stack & AsyncDisposable;

beforeAll(async () => {
  stack = await createThrowawayStack(await likeStack());
  expect((await startedRedis()).foreseenAt).toBeUndefined(); // nothing is known of a first start
});
afterAll(async () => stack[Symbol.asyncDispose]());

it("starts processes beside the vault, as they were started last", async () => {
  await down(stack);
  const { state, timings, foreseenAt } = await startedRedis();
  expect(state).toBe("ready");
  expect(foreseenAt).toBeLessThan(timings.preparing ?? 0);
});

it("starts them anew where the vault has another password for them by then", async () => {
  const administrator = await (await openStackHandle(stack)).administrator();
  const password = "AnotherPasswordOfTheSameKind1";
  await administrator.write("secret/data/redis-1", { data: { password, tls_enabled: true } });
  await down(stack);
  const { state, foreseenAt, members } = await startedRedis();
  expect(state).toBe("ready");
  expect(foreseenAt).toBeDefined();
  expect(members.map(({ crashes }) => crashes)).toEqual(Array(6).fill(0));
  expect((await connectionOf(stack, "redis")).url).toContain(password);
  const port = stack.ports["redis-2"]?.["plain"] ?? 0;
  await withNode({ port, password }, async (node) => node.ping());
});

async function startedRedis(): Promise<UnitStatus> {
  const { daemon } = await up(stack, { services: ["redis"] });
  const redis = daemon.units.find(({ name }) => name === "redis");
  if (!redis) throw new Error("the daemon knows no redis");
  return redis;
}
