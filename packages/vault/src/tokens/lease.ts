import type { Transaction } from "../barrier/transaction.ts";
import type { TokenEntry } from "./token-entry.ts";
import type { TokenStore } from "./token-store.ts";

/** Under which a token is leased: where it was created, then its hash. Only that a token has leases here. */
export function leaseIdOf(entry: TokenEntry): string {
  return `${entry.path}/h${entry.hash}`;
}

/** The token that a lease id stands for, while it lives. */
export function findLease(
  tx: Transaction,
  tokens: TokenStore,
  leaseId: string,
): TokenEntry | undefined {
  const hash = /\/h([0-9a-f]{64})$/.exec(leaseId)?.[1];
  const entry = hash === undefined ? undefined : tokens.lookupHash(tx, hash);
  return entry !== undefined && leaseIdOf(entry) === leaseId ? entry : undefined;
}

export function describeLease(entry: TokenEntry, now: Date): Record<string, unknown> {
  const time = (milliseconds: number): string => new Date(milliseconds).toISOString();
  return {
    expire_time: entry.expires === 0 ? null : time(entry.expires),
    id: leaseIdOf(entry),
    issue_time: time(entry.created),
    last_renewal: entry.lastRenewed === undefined ? null : time(entry.lastRenewed),
    renewable: entry.renewable,
    ttl: Math.max(0, Math.ceil((entry.expires - now.getTime()) / 1000)),
  };
}
