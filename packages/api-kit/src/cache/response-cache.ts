import type { Cluster } from "ioredis";
import { cachePrefix } from "./cache-key.ts";

export interface CacheCounts {
  hit(): void;
  missed(): void;
  invalidated(entries: number): void;
}

/** Calls with the Redis backend's cluster client; rejects where Redis is down. */
export type UseCluster = <T>(call: (cluster: Cluster) => Promise<T>) => Promise<T>;

const scanCount = 500;

/** Bodies of answers in Redis. Where Redis is down there is no cache, and nobody hears of it. */
export class ResponseCache {
  readonly #use: UseCluster;
  readonly #implementation: string;
  readonly #counts: CacheCounts;

  constructor(use: UseCluster, implementation: string, counts: CacheCounts) {
    this.#use = use;
    this.#implementation = implementation;
    this.#counts = counts;
  }

  async get(key: string): Promise<string | undefined> {
    const body = await this.#try(async (cluster) => cluster.get(key));
    if (typeof body === "string") this.#counts.hit();
    else this.#counts.missed();
    return body ?? undefined;
  }

  async set(key: string, body: string, ttlSeconds: number): Promise<void> {
    await this.#try(async (cluster) => cluster.set(key, body, "EX", ttlSeconds));
  }

  /** Takes one entry away. Gives how many there were. */
  async invalidate(key: string): Promise<number> {
    return this.#counted(await this.#try(async (cluster) => cluster.del(key)));
  }

  /** Takes away what matches a glob below this implementation's entries: `vault:*`. */
  async invalidatePattern(pattern: string): Promise<number> {
    const prefix = escapeGlob(cachePrefix(this.#implementation));
    return this.#counted(
      await this.#try(async (cluster) => deleteMatching(cluster, prefix + pattern)),
    );
  }

  async clear(): Promise<number> {
    return this.invalidatePattern("*");
  }

  #counted(entries: number | undefined): number {
    this.#counts.invalidated(entries ?? 0);
    return entries ?? 0;
  }

  async #try<T>(call: (cluster: Cluster) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#use(call);
    } catch {
      return undefined; // the breaker has counted and logged it
    }
  }
}

/** Each master is asked for its own keys; each key goes where it lies now, should slots have moved meanwhile. */
async function deleteMatching(cluster: Cluster, pattern: string): Promise<number> {
  let deleted = 0;
  for (const master of cluster.nodes("master")) {
    let cursor = "0";
    do {
      const [next, keys] = await master.scan(cursor, "MATCH", pattern, "COUNT", scanCount);
      const counts = await Promise.all(keys.map(async (key) => cluster.del(key)));
      deleted += counts.reduce((total, count) => total + count, 0);
      cursor = next;
    } while (cursor !== "0");
  }
  return deleted;
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[*?[\]\\^]/g, String.raw`\$&`);
}
