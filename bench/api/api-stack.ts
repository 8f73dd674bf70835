import { readFile } from "node:fs/promises";
import { openStackHandle } from "../../packages/platform/src/app/stack-handle.ts";
import type { Stack } from "../../packages/platform/src/app/stack.ts";
import { up } from "../../packages/platform/src/app/up.ts";
import type { Measured } from "./measure.ts";
import type { DriverInput } from "./servers/drivers.ts";

/** The reference APIs as the stack names them, with the file that each is started from. */
export const apiMains = {
  "reference-api": "apps/api-code-first/src/main.ts",
  "contract-api": "apps/api-contract-first/src/main.ts",
} as const;

export type ApiName = keyof typeof apiMains;

export interface MeasuredApi extends Measured {
  readonly httpsPort: number;
}

export interface ApiStack {
  readonly apis: Readonly<Record<ApiName, MeasuredApi>>;
  /** The root that HTTPS is verified against, PEM. */
  readonly ca: string;
  /** For the same drivers without the APIs. */
  readonly driverInput: DriverInput;
}

const redisNodes = ["redis-1", "redis-2", "redis-3", "redis-4", "redis-5", "redis-6"];
const host = "127.0.0.1";

/** Starts both APIs with the backends that are measured, and puts an entry of that key into the cache. */
export async function startApiStack(stack: Stack, cacheKey: string): Promise<ApiStack> {
  const names = Object.keys(apiMains) as ApiName[];
  await up(stack, { services: ["postgres", "redis", ...names] });
  const handle = await openStackHandle(stack);
  const processes = await handle.processes();
  const portOf = (instance: string, name: string): number => stack.ports[instance]?.[name] ?? 0;
  const apis = Object.fromEntries(
    names.map((name) => {
      const found = processes.find((one) => one.instance === name);
      if (found?.state !== "ready" || found.pid === undefined)
        throw new Error(`${name} did not come up: ${found?.state}`);
      const ports = { port: portOf(name, "http"), httpsPort: portOf(name, "https") };
      return [name, { name, pid: found.pid, ...ports }];
    }),
  ) as Record<ApiName, MeasuredApi>;
  const entry = `http://${host}:${apis["reference-api"].port}/examples/cache/${cacheKey}`;
  const { status } = await fetch(`${entry}?value=${"v".repeat(100)}`, { method: "POST" });
  if (status !== 200) throw new Error(`setting a cache entry was answered with ${status}`);
  const ca = await readFile(handle.keyStore.caFile, "utf8");
  const driverInput = {
    ca,
    cacheKey,
    postgres: {
      at: { host, port: portOf("postgres", "sql") },
      credentials: await handle.secret("postgres"),
    },
    redis: {
      nodes: redisNodes.map((node) => ({ host, port: portOf(node, "tls") })),
      credentials: await handle.secret("redis-1"),
    },
  };
  return { apis, ca, driverInput };
}
