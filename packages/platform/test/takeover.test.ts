import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credentialsOf } from "../src/app/connections.ts";
import type { Stack } from "../src/app/stack.ts";
import { status } from "../src/app/status.ts";
import { createThrowawayStack } from "../src/app/throwaway-stack.ts";
import { up } from "../src/app/up.ts";
import { redis } from "../src/services/redis/definition.ts";
import { parseClusterNodes } from "../src/services/redis/cluster-view.ts";
import { withNode } from "../src/services/redis/node-client.ts";
import { eventually } from "../src/shared/eventually.ts";
import { likeStack } from "./like-stack.ts";

let stack: Stack & AsyncDisposable;
let password: string;

beforeAll(async () => {
  stack = await createThrowawayStack(await likeStack());
  await up(stack, { services: ["redis"] });
  password = String((await credentialsOf(stack, redis))["redis-1"]?.["password"]);
});
afterAll(async () => stack[Symbol.asyncDispose]());

it("puts the replica of a master that was killed in its place at once, unasked by the other nodes", async () => {
  const master = await ask("redis-1", async (node) => parseClusterNodes(await nodes(node)));
  const replica = master.nodes.find((node) => node.master === master.self.id);
  const instance = Object.keys(stack.ports).find(
    (name) => stack.ports[name]?.["bus"] === replica?.busPort,
  );
  if (instance === undefined) throw new Error("redis-1 has no replica");
  const key = "{06S}acknowledged"; // in slot 0, which the first master has
  await ask("redis-1", async (node) => node.set(key, "yes"));
  const { pid } = (await status(stack)).instances.find((one) => one.instance === "redis-1") ?? {};
  process.kill(pid ?? Number.NaN, "SIGKILL");

  await eventually(async () => ask(instance, async (node) => node.set("{06S}next", "too")), {
    deadlineMs: 30_000,
  });
  expect(await ask(instance, async (node) => node.get(key))).toBe("yes");
  const log = await readFile(path.join(stack.folders.logs, `${instance}.log`), "utf8");
  expect(log).toContain("Taking over the master (user request)");
  expect(log).not.toContain("Failover election won");

  await eventually(
    async () => {
      const found = (await status(stack)).instances.filter((one) => one.service === "redis");
      expect(found.map(({ state }) => state)).toEqual(Array(6).fill("ready"));
      expect(found[0]?.pid).not.toBe(pid);
    },
    { deadlineMs: 30_000, intervalMs: 100 },
  );
  const back = await ask("redis-1", async (node) => parseClusterNodes(await nodes(node)));
  expect(back.self.master).toBe(replica?.id);
});

type Use<T> = (node: Parameters<Parameters<typeof withNode>[1]>[0]) => Promise<T>;

async function ask<T>(instance: string, use: Use<T>): Promise<T> {
  return withNode({ port: stack.ports[instance]?.["plain"] ?? 0, password }, use);
}

async function nodes(node: Parameters<Use<unknown>>[0]): Promise<string> {
  return String(await node.call("CLUSTER", "NODES"));
}
