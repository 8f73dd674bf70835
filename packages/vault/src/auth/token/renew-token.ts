import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { CoreCall } from "../../routing/engine.ts";
import { viewPrefix } from "../../routing/mount-entry.ts";
import { authAnswer } from "../../tokens/token-answer.ts";
import type { TokenEntry } from "../../tokens/token-entry.ts";
import { effectiveTtl } from "../../tokens/ttl.ts";
import { readTokenRole } from "./token-role.ts";

/** `id` is told back; empty where it was renewed by its accessor. */
export function renewToken(call: CoreCall, entry: TokenEntry, id: string): Answer {
  const { core, tx, fields } = call;
  if (entry.type === "batch") throw Fault.badRequest("batch tokens cannot be renewed");
  if (!entry.renewable || entry.expires === 0) throw Fault.badRequest("lease is not renewable");
  const mount = core.mounts.find(entry.path);
  const limits = mount === undefined ? call.system : core.leaseLimits(mount);
  const { period, explicitMaxTtl } = roleTimes(call, entry);
  const found = effectiveTtl({
    requested: fields.duration("increment") ?? 0,
    backendTtl: entry.roleTtl ?? lastTtl(entry),
    backendMaxTtl: entry.roleMaxTtl ?? 0,
    period,
    explicitMaxTtl,
    age: Math.floor((core.now().getTime() - entry.created) / 1000),
    defaultLeaseTtl: limits.defaultLeaseTtl,
    maxLeaseTtl: limits.maxLeaseTtl,
  });
  if (found === undefined) throw Fault.badRequest("past the max TTL, cannot renew");
  const renewed = core.tokens.renew(tx, entry, found.ttl);
  return { auth: authAnswer({ id, entry: renewed }, found.ttl), warnings: found.warnings };
}

/** Seconds that the token was given the last time: what it gets again when nothing is asked for. */
function lastTtl({ expires, lastRenewed, created }: TokenEntry): number {
  return Math.round((expires - (lastRenewed ?? created)) / 1000);
}

/** A token role's are those of today, not of when the token was created. */
function roleTimes(
  { core, tx }: CoreCall,
  entry: TokenEntry,
): { period: number; explicitMaxTtl: number } {
  if (entry.role === undefined) return entry;
  const mount = core.mounts.at("auth/token/");
  const role =
    mount === undefined ? undefined : readTokenRole(tx.view(viewPrefix(mount)), entry.role);
  if (role === undefined)
    throw Fault.internal(
      `original token role ${JSON.stringify(entry.role)} could not be found, not renewing`,
    );
  return { period: role.token_period, explicitMaxTtl: role.token_explicit_max_ttl };
}
