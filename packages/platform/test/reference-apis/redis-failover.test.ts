import { readFile } from "node:fs/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStackHandle } from "../../src/app/stack-handle.ts";
import type { Stack } from "../../src/app/stack.ts";
import { startForTests } from "../../src/app/test-suites.ts";
import { createThrowawayStack } from "../../src/app/throwaway-stack.ts";
import { eventually } from "../../src/shared/eventually.ts";
import { askApi } from "../../src/suites/clients/api-client.ts";
import { redisInstances, rolesOf } from "../../src/suites/clients/redis-client.ts";
import { portOf, type StackHandle } from "../../src/suites/stack-handle.ts";
import { likeStack } from "../like-stack.ts";
import { apiNames } from "./api-process.ts";

let stack: Stack & AsyncDisposable;
let handle: StackHandle;

beforeAll(async () => {
  stack = await createThrowawayStack(await likeStack());
  await startForTests(stack, ["redis", ...apiNames]);
  handle = await openStackHandle(stack);
});
afterAll(async () => stack[Symbol.asyncDispose]());

const total = 1000;
const atOnce = 8;

it.each(apiNames)(
  "%s sets and reads a thousand keys while a master is killed: no 500, nothing lost that a replica had",
  async (api) => {
    await using nodes = await openNodes();
    const held = new Set<number>();
    const statuses = new Map<number, number>();
    let next = 0;
    let killed: string | undefined;
    const work = async (): Promise<void> => {
      for (let number = next++; number < total; number = next++) {
        if (number === 300) {
          [killed] = (await rolesOf(handle)).masters;
          await handle.signal(killed ?? "", "SIGKILL");
        }
        const status = await set(api, number);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 200 && (await nodes.replicated(`example:${keyOf(number)}`)))
          held.add(number);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    expect(killed).toBeDefined();
    expect([...statuses.keys()].filter((status) => ![200, 503, 504].includes(status))).toEqual([]);
    expect(held.size, JSON.stringify([...statuses])).toBeGreaterThan(300);

    // The breaker may have opened: it stays so for a minute.
    const lost: number[] = [];
    for (let number = 0; number < total; number += 1) {
      const value = await eventually(async () => get(api, number), {
        deadlineMs: 90_000,
        intervalMs: 250,
      });
      if (held.has(number) && value !== valueOf(number)) lost.push(number);
    }
    expect(lost).toEqual([]);

    for (let number = 0; number < total; number += 1) expect(await set(api, number)).toBe(200);
    for (let number = 0; number < total; number += 1)
      expect(await get(api, number)).toBe(valueOf(number));
    await eventually(async () => expect((await rolesOf(handle)).replicas).toHaveLength(3), {
      deadlineMs: 30_000,
    });
  },
);

const keyOf = (number: number): string => `failover:${number}`;
const valueOf = (number: number): string => `value-${number}`;

async function set(api: string, number: number): Promise<number> {
  const at = `/examples/cache/${keyOf(number)}?value=${valueOf(number)}`;
  const { status, text } = await askApi(handle, api, at, { method: "POST" });
  expect(status, text).not.toBe(500);
  return status;
}

/** Null where there is none. */
async function get(api: string, number: number): Promise<string | null> {
  const { status, json, text } = await askApi(handle, api, `/examples/cache/${keyOf(number)}`);
  expect(status, text).toBe(200);
  return json?.["value"] as string | null;
}

interface Nodes extends AsyncDisposable {
  /** Whether the key is on two nodes: what `WAIT 1` would have told. */
  readonly replicated: (key: string) => Promise<boolean>;
}

async function openNodes(): Promise<Nodes> {
  const { password = "" } = await handle.secret("redis-1");
  const ca = await readFile(handle.keyStore.caFile, "utf8");
  const nodes = redisInstances.map((instance) => {
    const node = new Redis({
      host: "127.0.0.1",
      port: portOf(handle, instance, "tls"),
      username: "default",
      password,
      tls: { ca, servername: "localhost" },
      protocol: 2,
      disableClientInfo: true,
      readOnly: true,
      maxRetriesPerRequest: 0,
    });
    node.on("error", () => undefined); // one of them is killed
    return node;
  });
  const holding = async (key: string): Promise<number> => {
    const found = await Promise.allSettled(nodes.map(async (node) => node.get(key)));
    return found.filter((each) => each.status === "fulfilled" && each.value !== null).length;
  };
  return {
    replicated: async (key) => {
      for (let look = 0; look < 5; look += 1) if ((await holding(key)) >= 2) return true;
      return false;
    },
    [Symbol.asyncDispose]: async () => nodes.forEach((node) => node.disconnect()),
  };
}
