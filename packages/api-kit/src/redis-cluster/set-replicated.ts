import type { Cluster, Redis } from "ioredis";
import { keySlot } from "./key-slot.ts";

const waitMs = 50;
/** After a replica has not kept up, for a second nobody waits for one longer than it takes to ask. */
const leftAloneMs = 1000;

/**
 * Sets a key and waits until a replica of its master has it too, if there is one that keeps up: what was acknowledged
 * then outlives the master. Where the master is lost before that is known, the key is set again, at its successor.
 */
export async function setReplicated(
  cluster: Cluster,
  key: string,
  value: string,
  ttlSeconds: number | null,
): Promise<void> {
  for (;;) {
    await (ttlSeconds === null
      ? cluster.set(key, value)
      : cluster.set(key, value, "EX", ttlSeconds));
    const node = ownerOf(cluster, key);
    if (!node || (await replicationOf(node).covers())) return;
  }
}

/** The connection that the key was written through. */
function ownerOf(cluster: Cluster, key: string): Redis | undefined {
  const [address] = cluster.slots[keySlot(key)] ?? [];
  return cluster
    .nodes("master")
    .find(({ options }) => `${options.host}:${options.port}` === address);
}

const replications = new WeakMap<Redis, Replication>();

function replicationOf(node: Redis): Replication {
  let replication = replications.get(node);
  if (!replication) replications.set(node, (replication = new Replication(node)));
  return replication;
}

/**
 * WAIT speaks of everything that its connection wrote before, and holds up what comes after it there. So one is under
 * way at a time, and whoever comes meanwhile shares the next.
 */
class Replication {
  readonly #node: Redis;
  #running: Promise<boolean> | undefined;
  #next: Promise<boolean> | undefined;
  #aloneUntil = 0;

  constructor(node: Redis) {
    this.#node = node;
  }

  /** False where the connection was lost, and nobody knows. */
  async covers(): Promise<boolean> {
    if (!this.#running) return this.#wait();
    this.#next ??= this.#running.then(async () => this.#wait());
    return this.#next;
  }

  // Not async: #running has to be set when this returns.
  // oxlint-disable-next-line typescript/promise-function-async
  #wait(): Promise<boolean> {
    const running = this.#ask();
    this.#running = running;
    this.#next = undefined;
    void running.then(() => {
      if (this.#running === running) this.#running = undefined;
    });
    return running;
  }

  async #ask(): Promise<boolean> {
    const timeoutMs = Date.now() < this.#aloneUntil ? 1 : waitMs;
    try {
      const replicas = await this.#node.wait(1, timeoutMs);
      if (replicas === 0) this.#aloneUntil = Date.now() + leftAloneMs;
      return true;
    } catch {
      return false;
    }
  }
}
