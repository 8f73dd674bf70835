import type { AuthAnswer } from "../core/request.ts";
import type { NewToken } from "./token-store.ts";
import type { TokenEntry } from "./token-entry.ts";

/** The `auth` part of the answer that creates or renews a token. */
export function authAnswer({ id, entry }: NewToken, leaseDuration: number): AuthAnswer {
  return {
    client_token: id,
    accessor: entry.accessor,
    policies: entry.policies,
    ...(entry.policies.length > 0 ? { token_policies: entry.policies } : {}),
    metadata: entry.meta,
    lease_duration: leaseDuration,
    renewable: entry.renewable,
    entity_id: "",
    token_type: entry.type,
    orphan: entry.parent === "",
    mfa_requirement: null,
    num_uses: Math.max(0, entry.numUses),
  };
}

/** The data of a lookup; the id is empty where it was not asked by the token itself. */
export function describeToken(entry: TokenEntry, id: string, now: Date): Record<string, unknown> {
  const renewed =
    entry.lastRenewed === undefined
      ? {}
      : {
          last_renewal: new Date(entry.lastRenewed).toISOString(),
          last_renewal_time: Math.floor(entry.lastRenewed / 1000),
        };
  return {
    accessor: entry.accessor,
    creation_time: Math.floor(entry.created / 1000),
    creation_ttl: entry.creationTtl,
    display_name: entry.displayName,
    entity_id: "",
    expire_time: entry.expires === 0 ? null : new Date(entry.expires).toISOString(),
    explicit_max_ttl: entry.explicitMaxTtl,
    id,
    issue_time: new Date(entry.created).toISOString(),
    ...renewed,
    meta: entry.meta,
    num_uses: Math.max(0, entry.numUses),
    orphan: entry.parent === "",
    path: entry.path,
    ...(entry.period > 0 ? { period: entry.period } : {}),
    ...(entry.boundCidrs.length > 0 ? { bound_cidrs: entry.boundCidrs } : {}),
    ...(entry.role === undefined ? {} : { role: entry.role }),
    policies: entry.policies,
    renewable: entry.renewable,
    ttl: Math.max(0, Math.ceil((entry.expires - now.getTime()) / 1000)),
    type: entry.type,
  };
}
