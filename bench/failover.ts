import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { credentialsOf } from "../packages/platform/src/app/connections.ts";
import { resolveStack } from "../packages/platform/src/app/stack.ts";
import { status } from "../packages/platform/src/app/status.ts";
import { createThrowawayStack } from "../packages/platform/src/app/throwaway-stack.ts";
import { up } from "../packages/platform/src/app/up.ts";
import { surroundings } from "../packages/platform/src/config/folders.ts";
import {
  holdsSlot,
  type KnownNode,
  parseClusterNodes,
} from "../packages/platform/src/services/redis/cluster-view.ts";
import { redis } from "../packages/platform/src/services/redis/definition.ts";
import { keySlot, slotCount } from "../packages/platform/src/services/redis/key-slot.ts";
import { withNode } from "../packages/platform/src/services/redis/node-client.ts";
import { parseInfo } from "../packages/platform/src/services/redis/parse-info.ts";
import { eventually } from "../packages/platform/src/shared/eventually.ts";
import { listenForInterruption } from "./interruption.ts";
import { report } from "./report.ts";

/**
 * How long it takes until a Redis Cluster takes writes everywhere again, from the moment at which one of its masters gets
 * a signal: SIGKILL, which the supervisor sees, and SIGSTOP, which only the other nodes can notice. Every fortieth of the
 * lost slots is written to; they change hands together.
 */
const trials = Number(process.env["BENCH_ROUNDS"] ?? 20);
const floorMs = 5000;
const home = path.resolve(import.meta.dirname, "..");
const instances = redis.instances ?? [];
const keys = oneKeyASlot();

const interrupted = listenForInterruption();

type Node = Parameters<Parameters<typeof withNode>[1]>[0];

await using stack = await createThrowawayStack(
  await resolveStack({ cwd: home, home, surroundings: surroundings() }),
);
await up(stack, { services: ["redis"], signal: interrupted });
const password = String((await credentialsOf(stack, redis))["redis-1"]?.["password"]);

const killed: number[] = [];
const stopped: number[] = [];
for (let trial = 0; trial < trials; trial += 1) {
  process.stderr.write(`trial ${trial + 1} of ${trials}\n`);
  killed.push(await timeOf("SIGKILL", trial));
  stopped.push(await timeOf("SIGSTOP", trial));
}
report("failover", [
  ...rowsOf("master killed", killed, 250),
  ...rowsOf("master stopped", stopped, 2500),
]);

function rowsOf(
  name: string,
  samples: readonly number[],
  goal: number,
): Parameters<typeof report>[1] {
  const sorted = samples.toSorted((a, b) => a - b);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
  return [
    { name: `${name}, median`, unit: "ms", samples, goal },
    { name: `${name}, p95`, unit: "ms", samples: [p95], goal: floorMs },
    { name: `${name}, worst`, unit: "ms", samples: [sorted.at(-1) ?? 0], goal: floorMs },
  ];
}

/** Milliseconds from the signal to one master, another one each time, until every slot has taken a write. */
async function timeOf(signal: NodeJS.Signals, trial: number): Promise<number> {
  await eventually(isWhole, { deadlineMs: 60_000, intervalMs: 100, signal: interrupted });
  const masters = (await viewOf("redis-1")).filter(({ slots }) => slots.length > 0);
  const lost = masters[trial % masters.length];
  const instance = instances.find((name) => stack.ports[name]?.["bus"] === lost?.busPort);
  const { pid } = (await status(stack)).instances.find((one) => one.instance === instance) ?? {};
  if (!lost || instance === undefined || pid === undefined) throw new Error("no master was found");
  const others = instances.filter((name) => name !== instance);
  return withAll(others, async (nodes) => {
    const startedAt = performance.now();
    process.kill(pid, signal);
    try {
      const missing = new Set(
        keys.keys().filter((slot) => slot % 40 === 0 && holdsSlot(lost.slots, slot)),
      );
      while (missing.size > 0) {
        interrupted.throwIfAborted();
        await writeTo(nodes, missing);
      }
      return performance.now() - startedAt;
    } finally {
      if (signal === "SIGSTOP") process.kill(pid, "SIGCONT");
    }
  });
}

/** One write tells which node has the slots now. */
async function writeTo(nodes: readonly Node[], missing: Set<number>): Promise<void> {
  const [first = 0] = missing;
  for (const node of nodes) {
    const isTaken = await node.set(keys[first] ?? "", "1").catch(() => undefined); // moved, or down
    if (isTaken === undefined) continue;
    return writeAll(node, missing);
  }
  await delay(1);
}

async function writeAll(node: Node, missing: Set<number>): Promise<void> {
  const slots = [...missing];
  const pipeline = node.pipeline();
  for (const slot of slots) pipeline.set(keys[slot] ?? "", "1");
  const answers = (await pipeline.exec()) ?? [];
  for (const [index, [error]] of answers.entries()) if (!error) missing.delete(slots[index] ?? -1);
}

/** Rejects unless every instance is ready, each master has its replica, and that has caught up. */
async function isWhole(): Promise<void> {
  const { instances: all } = await status(stack);
  const states = all.filter(({ service }) => service === "redis").map(({ state }) => state);
  if (states.some((state) => state !== "ready")) throw new Error(states.join());
  for (const instance of instances) {
    const view = await viewOf(instance);
    const replicas = view.filter(({ master }) => master !== undefined).length;
    const isFlagged = view.some(({ flags }) => flags.some((flag) => flag.startsWith("fail")));
    if (replicas !== 3 || isFlagged || view.length !== instances.length)
      throw new Error(`${instance} knows ${replicas} replicas`);
    const link = await ask(instance, async (node) => parseInfo(await node.info("replication")));
    if ((link.get("master_link_status") ?? "up") !== "up") throw new Error(`${instance} lags`);
  }
}

async function viewOf(instance: string): Promise<readonly KnownNode[]> {
  return ask(
    instance,
    async (node) => parseClusterNodes(String(await node.cluster("NODES"))).nodes,
  );
}

async function ask<T>(instance: string, use: (node: Node) => Promise<T>): Promise<T> {
  return withNode({ port: stack.ports[instance]?.["plain"] ?? 0, password }, use);
}

async function withAll<T>(
  names: readonly string[],
  use: (nodes: readonly Node[]) => Promise<T>,
): Promise<T> {
  const [first, ...rest] = names;
  if (first === undefined) return use([]);
  return ask(first, async (node) => withAll(rest, async (nodes) => use([node, ...nodes])));
}

/** By slot. */
function oneKeyASlot(): readonly string[] {
  const found: string[] = [];
  for (let number = 0, count = 0; count < slotCount; number += 1) {
    const key = `failover:${number}`;
    const slot = keySlot(key);
    if (found[slot] !== undefined) continue;
    found[slot] = key;
    count += 1;
  }
  return found;
}
