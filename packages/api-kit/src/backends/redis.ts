import type { Cluster, ClusterOptions } from "ioredis";
import { CacheConnectionError } from "../errors/api-errors.ts";
import type { Endpoint } from "../settings/read-settings.ts";
import type { BackendDriver } from "./backend.ts";
import { type BackendTls, fieldOf } from "./backend-tls.ts";

/** A cluster client: it follows redirections, and waits a few seconds for a master's successor. */
export function redisDriver(
  nodes: readonly Endpoint[],
  tls: BackendTls | undefined,
  scripts: NonNullable<ClusterOptions["scripts"]> = {},
): BackendDriver<Cluster> {
  return {
    service: "redis",
    secret: "redis-1",
    open: async (credentials) => {
      const { Cluster: Client } = await import("ioredis");
      const cluster = new Client([...nodes], {
        lazyConnect: true,
        scripts,
        enableAutoPipelining: true,
        dnsLookup: (address, callback) => callback(null, address), // certificates are for names, not for addresses
        slotsRefreshTimeout: 1000,
        slotsRefreshInterval: 5000,
        retryDelayOnFailover: 100,
        retryDelayOnClusterDown: 100,
        maxRedirections: 40,
        clusterRetryStrategy: (times) => Math.min(100 * times, 1000),
        redisOptions: {
          password: fieldOf(credentials, "password"),
          ...(tls ? { tls } : {}),
          connectTimeout: 1000,
          protocol: 2,
          disableClientInfo: true,
        },
      });
      let fault: unknown;
      cluster.on("error", (error) => (fault = error));
      // A node's own fault says more than "none of the startup nodes is available".
      cluster.on("node error", (error) => (fault = error));
      // Where the cluster says that it is not ready yet, the client connects anew by itself, and the promise of its first
      // attempt never settles.
      const ready = new Promise<void>((resolve) => {
        cluster.once("ready", resolve);
      });
      try {
        await Promise.race([cluster.connect(), ready]);
      } catch (error) {
        cluster.disconnect();
        throw fault ?? error;
      }
      return cluster;
    },
    close: async (cluster) => cluster.disconnect(),
    connections: (cluster) => cluster.nodes().filter((node) => node.status === "ready").length,
    isWrongPassword: (error) => /\b(WRONGPASS|NOAUTH)\b/.test(textsOf(error)),
    unavailable: (cause) =>
      new CacheConnectionError("Redis can't be reached.", { service: "redis" }, { cause }),
  };
}

function textsOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const last = "lastNodeError" in error ? textsOf(error.lastNodeError) : "";
  return `${error.message} ${last}`;
}
