import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { eventually } from "../../shared/eventually.ts";
import type { Run } from "../definition.ts";
import { countSlots, holdsSlot, parseClusterNodes, type SlotRange } from "./cluster-view.ts";
import { keySlot, slotCount } from "./key-slot.ts";
import { withInstance, withInstances } from "./node-client.ts";
import { parseInfo } from "./parse-info.ts";

/** An authenticated PING on the instance. */
export async function nodeAccepts(run: Run, signal: AbortSignal): Promise<void> {
  await withInstance(run, signal, async (node) => node.ping());
}

/**
 * Every node finds the cluster in order, and every master takes a key and gives it back. A master refuses writes for
 * its first two seconds, so the connections are kept while that lasts.
 */
export async function writeAndReadBack(run: Run, signal: AbortSignal): Promise<void> {
  await withInstances(run.peers, signal, async (nodes) =>
    eventually(async () => everyMasterWrites(run.peers, nodes), {
      deadlineMs: 5000,
      intervalMs: 10,
      signal,
    }),
  );
}

async function everyMasterWrites(runs: readonly Run[], nodes: readonly Redis[]): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    const state = parseInfo(await node.cluster("INFO")).get("cluster_state"); // of most tries the only question
    if (state !== "ok") throw new Error(`${runs[index]?.instance} has cluster_state:${state}`);
  }
  const slots = await Promise.all(
    nodes.map(async (node) => {
      const { self } = parseClusterNodes(String(await node.cluster("NODES")));
      if (self.slots.length > 0) await writesOwnKey(node, self.slots);
      return countSlots(self.slots);
    }),
  );
  const served = slots.reduce((sum, count) => sum + count, 0);
  if (served !== slotCount) throw new Error(`the masters serve ${served} of ${slotCount} slots`);
}

async function writesOwnKey(node: Redis, slots: readonly SlotRange[]): Promise<void> {
  const word = randomUUID();
  const key = keyIn(slots, `devstack:ready:${word}`);
  await node.set(key, word, "PX", 10_000);
  const back = await node.getdel(key);
  if (back !== word) throw new Error(`a master gave back ${back} for ${word}`);
}

/** A key that falls into one of these slots; `name` with a number behind it. */
function keyIn(slots: readonly SlotRange[], name: string): string {
  for (let number = 0; ; number += 1) {
    const key = `${name}:${number}`;
    if (holdsSlot(slots, keySlot(key))) return key;
  }
}
