import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { Cluster, type Redis } from "ioredis";
import { executeProgram } from "../../services/execute-program.ts";
import {
  type ClusterView,
  type KnownNode,
  parseClusterNodes,
} from "../../services/redis/cluster-view.ts";
import { withNode } from "../../services/redis/node-client.ts";
import { portOf, type StackHandle } from "../stack-handle.ts";

export const redisInstances = ["redis-1", "redis-2", "redis-3", "redis-4", "redis-5", "redis-6"];

/** One node's own answer, over TLS with the chain verified; `login` says otherwise than with the vault's password. */
export async function askNode<T>(
  stack: StackHandle,
  instance: string,
  use: (node: Redis) => Promise<T>,
  login: { readonly password?: string } | undefined = undefined,
): Promise<T> {
  const { password = "" } = await stack.secret("redis-1");
  const ca = await readFile(stack.keyStore.caFile, "utf8");
  return withNode({ port: portOf(stack, instance, "tls"), ca, ...(login ?? { password }) }, use);
}

export async function viewOf(stack: StackHandle, instance: string): Promise<ClusterView> {
  return askNode(stack, instance, async (node) =>
    parseClusterNodes(String(await node.cluster("NODES"))),
  );
}

export interface Roles {
  /** Instances that hold slots now. */
  readonly masters: readonly string[];
  readonly replicas: readonly string[];
}

/** Who is what in the cluster now; an instance that does not belong to it is in neither list. */
export async function rolesOf(stack: StackHandle): Promise<Roles> {
  const { nodes } = await viewOf(stack, "redis-1");
  const chosen = (is: (node: KnownNode) => boolean): readonly string[] =>
    redisInstances.filter((name) =>
      nodes.some((node) => node.busPort === portOf(stack, name, "bus") && is(node)),
    );
  return {
    masters: chosen((node) => node.slots.length > 0),
    replicas: chosen((node) => node.master !== undefined),
  };
}

async function rejectLate(over: AbortSignal): Promise<never> {
  await delay(totalTimeoutMs, undefined, { signal: over });
  throw new Error(`the cluster did not answer within ${totalTimeoutMs} ms`);
}

const totalTimeoutMs = 20_000;

/** A client of the whole cluster, as an application has it: over TLS, started from the nodes that are named. */
export async function withCluster<T>(
  stack: StackHandle,
  instances: readonly string[],
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const { password = "" } = await stack.secret("redis-1");
  const cluster = new Cluster(
    instances.map((name) => ({ host: "127.0.0.1", port: portOf(stack, name, "tls") })),
    {
      lazyConnect: true,
      clusterRetryStrategy: null,
      slotsRefreshTimeout: 3000,
      redisOptions: {
        username: "default",
        password,
        tls: { ca: await readFile(stack.keyStore.caFile, "utf8") },
        connectTimeout: 3000,
        commandTimeout: 5000,
        maxRetriesPerRequest: 1,
      },
    },
  );
  cluster.on("error", () => undefined); // the command under way tells
  const late = new AbortController();
  try {
    // A node that goes away while the client connects can leave it waiting for ever.
    return await Promise.race([
      cluster.connect().then(async () => use(cluster)),
      rejectLate(late.signal),
    ]);
  } finally {
    late.abort();
    cluster.disconnect();
  }
}

/** The stock client over TLS; gives what it printed, rejects unless it exits 0. */
export async function redisCli(stack: StackHandle, ...args: readonly string[]): Promise<string> {
  const { password } = await stack.secret("redis-1");
  return executeProgram(
    {
      program: "redis-cli",
      // The password goes in on standard input: argument lists and environments can be read by others.
      args: ["--user", "default", "--askpass", "--tls", "--cacert", stack.keyStore.caFile, ...args],
      input: `${password}\n`,
    },
    {
      engine: await stack.engine("redis"),
      account: undefined,
      cwd: stack.folders.run,
      signal: AbortSignal.timeout(20_000),
    },
  );
}
