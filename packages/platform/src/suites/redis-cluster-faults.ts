import { holdsSlot, type SlotRange } from "../services/redis/cluster-view.ts";
import { keySlot } from "../services/redis/key-slot.ts";
import { parseInfo } from "../services/redis/parse-info.ts";
import { eventually } from "../shared/eventually.ts";
import { askNode, rolesOf, viewOf } from "./clients/redis-client.ts";
import { portOf, type StackHandle } from "./stack-handle.ts";
import type { SuiteFault } from "./suite.ts";

/** What the sharding check writes; known here, so that faults can leave its slots alone. */
export const shardedKeys: readonly string[] = Array.from(
  { length: 1000 },
  (_, index) => `devstack:suite:key:${index}`,
);

export const redisClusterFaults: readonly SuiteFault[] = [
  {
    name: "frozen",
    summary: "a replica is stopped by SIGSTOP",
    turnsRed: ids(1, 2, 3, 4, 9, 10, 11),
    apply: async (stack) => stack.signal(await aReplica(stack), "SIGSTOP"),
  },
  {
    name: "replica-detached",
    summary: "a replica has a wrong password for its master, and its connection is cut",
    turnsRed: ids(1, 11),
    apply: async (stack) => {
      const replica = await aReplica(stack);
      await call(stack, replica, "CONFIG", "SET", "masterauth", "not-the-password");
      for (const master of (await rolesOf(stack)).masters) {
        await call(stack, master, "CLIENT", "KILL", "TYPE", "replica");
      }
      await until(async () => {
        const info = parseInfo(await call(stack, replica, "INFO", "replication"));
        return info.get("master_link_status") === "down";
      });
    },
  },
  {
    name: "ping-refused",
    summary: "a replica allows its user no PING",
    turnsRed: ids(2),
    apply: async (stack) => restrictUser(stack, await aReplica(stack), "-ping"),
  },
  {
    name: "standalone-node",
    summary: "redis-6 runs without cluster mode",
    seam: "standalone-node",
    turnsRed: ids(1, 3, 11),
  },
  {
    name: "masters-forgotten",
    summary: "a replica forgets another master and insists on all slots",
    turnsRed: ids(4, 9, 11), // a node that finds the cluster down redirects nobody
    apply: async (stack) => {
      const replica = await aReplica(stack);
      const { self, nodes } = await viewOf(stack, replica);
      const other = nodes.find(({ id, slots }) => slots.length > 0 && id !== self.master);
      await call(stack, replica, "CONFIG", "SET", "cluster-require-full-coverage", "yes");
      await call(stack, replica, "CLUSTER", "FORGET", other?.id ?? "");
    },
  },
  {
    name: "slot-dropped",
    summary: "a master drops one of its slots",
    turnsRed: ids(5, 11),
    apply: async (stack) => {
      const [master] = await twoMasters(stack);
      await call(stack, master, "CLUSTER", "DELSLOTS", await idleSlot(stack, master));
    },
  },
  {
    name: "fourth-master",
    summary: "a replica leaves and comes back as a master without slots",
    turnsRed: ids(1, 6, 11),
    apply: async (stack) => {
      const replica = await aReplica(stack);
      const [master] = await twoMasters(stack);
      await call(stack, replica, "CLUSTER", "RESET", "SOFT");
      const ports = ["tls", "bus"].map((port) => portOf(stack, master, port));
      await call(stack, replica, "CLUSTER", "MEET", "127.0.0.1", ...ports);
      const { self } = await viewOf(stack, replica);
      await until(async () => {
        const info = parseInfo(await call(stack, replica, "CLUSTER", "INFO"));
        const views = await Promise.all(
          (await rolesOf(stack)).masters.map((one) => viewOf(stack, one)),
        );
        const isMaster = views.every(({ nodes }) =>
          nodes.some((node) => node.id === self.id && node.flags.includes("master")),
        );
        return isMaster && info.get("cluster_state") === "ok";
      });
    },
  },
  {
    name: "slots-uneven",
    summary: "a hundred slots are moved from one master to another",
    turnsRed: ids(7),
    apply: moveSlots,
  },
  {
    name: "reads-refused",
    summary: "a master allows its user no GET",
    turnsRed: ids(8),
    apply: async (stack) => restrictUser(stack, (await twoMasters(stack))[0], "-get"),
  },
  {
    name: "nameless-redirection",
    summary: "a replica redirects to host names, of which it knows none",
    turnsRed: ids(9),
    apply: async (stack) => {
      const setting = ["cluster-preferred-endpoint-type", "hostname"];
      await call(stack, await aReplica(stack), "CONFIG", "SET", ...setting);
    },
  },
  {
    name: "password-optional",
    summary: "a replica takes any password, and none",
    turnsRed: ids(10),
    apply: async (stack) => restrictUser(stack, await aReplica(stack), "nopass"),
  },
  {
    name: "slot-left-open",
    summary: "a slot's move to another master was begun and never ended",
    turnsRed: ids(11),
    apply: async (stack) => {
      const [from, to] = await twoMasters(stack);
      const { self } = await viewOf(stack, to);
      const slot = await idleSlot(stack, from);
      await call(stack, from, "CLUSTER", "SETSLOT", slot, "MIGRATING", self.id);
    },
  },
  {
    name: "keyslot-refused",
    summary: "a master allows its user no CLUSTER KEYSLOT",
    turnsRed: ids(12),
    apply: async (stack) => restrictUser(stack, (await twoMasters(stack))[0], "-cluster|keyslot"),
  },
];

function ids(...numbers: readonly number[]): readonly string[] {
  return numbers.map((number) => `redis-cluster.${String(number).padStart(2, "0")}`);
}

async function call(
  stack: StackHandle,
  instance: string,
  command: string,
  ...args: readonly (string | number)[]
): Promise<unknown> {
  return askNode(stack, instance, async (node) => node.call(command, ...args));
}

async function restrictUser(stack: StackHandle, instance: string, rule: string): Promise<void> {
  await call(stack, instance, "ACL", "SETUSER", "default", rule);
}

async function aReplica(stack: StackHandle): Promise<string> {
  const { replicas } = await rolesOf(stack);
  const last = replicas.at(-1);
  if (last === undefined) throw new Error("the cluster has no replica");
  return last;
}

async function twoMasters(stack: StackHandle): Promise<readonly [string, string]> {
  const [first, second] = (await rolesOf(stack)).masters;
  if (first === undefined || second === undefined) throw new Error("there are no two masters");
  return [first, second];
}

/** A slot of the master into which none of the suite's keys falls. */
async function idleSlot(stack: StackHandle, master: string): Promise<number> {
  const { self } = await viewOf(stack, master);
  const used = new Set([...shardedKeys, "devstack:suite:moved"].map(keySlot));
  return slotsOf(self.slots).find((slot) => !used.has(slot)) ?? -1;
}

function slotsOf(ranges: readonly SlotRange[]): readonly number[] {
  return ranges.flatMap(({ start, end }) =>
    Array.from({ length: end - start + 1 }, (_, index) => start + index),
  );
}

async function moveSlots(stack: StackHandle): Promise<void> {
  const [from, to] = await twoMasters(stack);
  const [source, target] = await Promise.all([viewOf(stack, from), viewOf(stack, to)]);
  const moved = slotsOf(source.self.slots).slice(-100);
  await askNode(stack, to, async (node) => {
    for (const slot of moved) {
      await node.call("CLUSTER", "SETSLOT", slot, "IMPORTING", source.self.id);
      await node.call("CLUSTER", "SETSLOT", slot, "NODE", target.self.id);
    }
  });
  await askNode(stack, from, async (node) => {
    for (const slot of moved) await node.call("CLUSTER", "SETSLOT", slot, "NODE", target.self.id);
  });
  const { masters, replicas } = await rolesOf(stack);
  await until(async () => {
    const views = await Promise.all([...masters, ...replicas].map((one) => viewOf(stack, one)));
    return views.every(({ nodes }) => {
      const held = nodes.find(({ id }) => id === target.self.id)?.slots ?? [];
      return moved.every((slot) => holdsSlot(held, slot));
    });
  });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const attempt = async (): Promise<void> => {
    if (!(await holds())) throw new Error("the fault has not taken effect");
  };
  await eventually(attempt, { deadlineMs: 20_000, intervalMs: 50 });
}
