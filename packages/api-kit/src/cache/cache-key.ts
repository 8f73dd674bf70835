import { createHash } from "node:crypto";

export interface CacheKeyParts {
  readonly implementation: string;
  readonly namespace: string;
  readonly operation: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
}

const longestKey = 200;

/** Everything of one namespace, or of an implementation, begins with this. */
export function cachePrefix(implementation: string, namespace?: string): string {
  return `cache:${implementation}:${namespace === undefined ? "" : `${namespace}:`}`;
}

/**
 * `cache:<implementation>:<namespace>:<operation>:<path params>:<sorted query>`. Of a longer one than 200 characters,
 * what follows the namespace is its MD5, so that it still falls under its prefix.
 */
export function cacheKey(parts: CacheKeyParts): string {
  const prefix = cachePrefix(parts.implementation, parts.namespace);
  const params = Object.values(parts.params).map(encodeURIComponent).join(",");
  const query = Object.entries(parts.query)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join("&");
  const key = `${prefix}${parts.operation}:${params}:${query}`;
  return key.length > longestKey ? prefix + createHash("md5").update(key).digest("hex") : key;
}
