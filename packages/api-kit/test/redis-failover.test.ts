import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { keySlot } from "../src/redis-cluster/key-slot.ts";
import { type Application, startApplication } from "./application.ts";
import { eventually } from "./eventually.ts";
import { listenerOn, pause } from "./paused-process.ts";

let api: Application;
beforeAll(async () => {
  api = await startApplication();
});
afterAll(async () => api[Symbol.asyncDispose]());

const masters = async (): Promise<readonly { port: number; node_id: string }[]> =>
  (await api.ask("GET /redis/cluster/nodes")).body.nodes;

/** Six nodes, each master with a replica that answers. */
const whole = async (): Promise<void> =>
  eventually(
    async () => {
      expect((await api.ask("GET /health/redis")).body).toMatchObject({
        status: "healthy",
        total_nodes: 3,
      });
      const { body } = await api.ask("GET /redis/cluster/slots");
      expect(body.total_slots).toBe(16_384);
      for (const range of body.slot_distribution) expect(range.replicas).toHaveLength(1);
    },
    { deadlineMs: 30_000 },
  );

it("keeps a thousand keys over a master's death: no 500, none lost, none unreadable", async () => {
  await whole();
  const [victim] = await masters();
  const keys = Array.from({ length: 1000 }, (_, n) => `failover-${n}`);
  const statuses = new Map<number, number>();
  const set = async (key: string): Promise<boolean> => {
    const { status } = await api.ask(`POST /examples/cache/${key}?value=${key}`);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    return status === 200;
  };
  const acknowledged: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let key = keys[next++]; key !== undefined; key = keys[next++]) {
      if (next === 300) process.kill(listenerOn(victim?.port ?? 0), "SIGKILL");
      if (await set(key)) acknowledged.push(key);
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  expect(
    [...statuses.keys()].filter((status) => status >= 500 && status !== 503 && status !== 504),
  ).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(900);
  await eventually(async () => {
    const read = await Promise.all(
      acknowledged.map(async (key) => api.ask(`GET /examples/cache/${key}`)),
    );
    expect(read.filter(({ status }) => status !== 200)).toEqual([]);
    expect(read.filter(({ body }, n) => body.value !== acknowledged[n])).toEqual([]);
  });
}, 90_000);

it("has asked for a replica by the time that it acknowledges a key", async () => {
  await whole();
  // Connections of their own: those of the application are held up while it waits.
  const nodes = await api.context.redis.use(async (cluster) =>
    cluster.nodes("master").map((node) => node.duplicate()),
  );
  const endedWaits = async (): Promise<number> => {
    const stats = await Promise.all(nodes.map(async (node) => node.info("commandstats")));
    const calls = stats.map((text) => Number(/cmdstat_wait:calls=(\d+)/.exec(text)?.[1] ?? 0));
    return calls.reduce((sum, each) => sum + each, 0);
  };
  const before = await endedWaits();
  const { replicas } = (await api.ask("GET /redis/cluster/nodes")).body;
  {
    // No replica keeps up, so an answer that does not wait is there before WAIT has ended.
    using paused = new DisposableStack();
    for (const { port } of replicas) paused.use(pause(port));
    expect((await api.ask("POST /examples/cache/acknowledged?value=yes")).status).toBe(200);
    expect(await endedWaits()).toBe(before + 1);
  }
  for (const node of nodes) node.disconnect();
});

it("names the successor as master, and the one that came back as its replica", async () => {
  await whole();
  const nodes = (await api.ask("GET /redis/cluster/nodes")).body;
  expect(nodes.nodes).toHaveLength(3);
  expect(nodes.replicas).toHaveLength(3);
  const ports = Object.values(inject("stack").ports).flatMap(({ tls }) =>
    tls === undefined ? [] : [tls],
  );
  const listed = [...nodes.nodes, ...nodes.replicas].map(({ port }) => port as number);
  expect(listed.toSorted()).toEqual(ports.toSorted());
});

it("follows a slot that moves to another master, shows where it is, and finds there what it keeps", async () => {
  await whole();
  const [from, to] = await masters();
  const slot = 42; // no key of other tests lies in it
  let n = 0;
  while (keySlot(`moved-${n}`) !== slot) n++;
  const key = `moved-${n}`;
  const owner = async (): Promise<unknown> =>
    (await api.ask("GET /redis/cluster/slots")).body.slot_distribution.find(
      ({ start_slot, end_slot }: { start_slot: number; end_slot: number }) =>
        start_slot <= slot && slot <= end_slot,
    ).master.node_id;
  const move = async (source: string, target: string): Promise<void> =>
    api.context.redis.use(async (cluster) => {
      for (const node of cluster.nodes("master")) {
        const id = await node.cluster("MYID");
        if (id === target) await node.call("CLUSTER", "SETSLOT", slot, "IMPORTING", source);
        if (id === source) await node.call("CLUSTER", "SETSLOT", slot, "MIGRATING", target);
      }
      for (const id of [target, source])
        for (const node of cluster.nodes("master"))
          if ((await node.cluster("MYID")) === id)
            await node.call("CLUSTER", "SETSLOT", slot, "NODE", target);
    });
  const source = String(await owner());
  const target = [from, to].find((node) => node?.node_id !== source)?.node_id ?? "";
  await move(source, target);
  // The client has yet to learn of it: it is sent on.
  await api.context.cache.set(key, "kept", 60);
  expect(await api.context.cache.get(key)).toBe("kept");
  await eventually(async () => expect(await owner()).toBe(target));
  expect(await api.context.cache.invalidate(key)).toBe(1);
  await move(target, source);
  expect(await api.context.cache.get(key)).toBeUndefined();
  await eventually(async () => expect(await owner()).toBe(source));
}, 60_000);
