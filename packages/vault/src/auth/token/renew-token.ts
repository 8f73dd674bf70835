import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { CoreCall } from "../../routing/engine.ts";
import { authAnswer } from "../../tokens/token-answer.ts";
import type { TokenEntry } from "../../tokens/token-entry.ts";
import { effectiveTtl } from "../../tokens/ttl.ts";

/** `id` is told back; empty where it was renewed by its accessor. */
export function renewToken(call: CoreCall, entry: TokenEntry, id: string): Answer {
  const { core, tx, fields } = call;
  if (entry.type === "batch") throw Fault.badRequest("batch tokens cannot be renewed");
  if (!entry.renewable || entry.expires === 0) throw Fault.badRequest("lease is not renewable");
  const mount = core.mounts.find(entry.path);
  const limits = mount === undefined ? call.system : core.leaseLimits(mount);
  const found = effectiveTtl({
    requested: fields.duration("increment") ?? 0,
    backendTtl: entry.roleTtl ?? 0,
    backendMaxTtl: entry.roleMaxTtl ?? 0,
    period: entry.period,
    explicitMaxTtl: entry.explicitMaxTtl,
    age: Math.floor((core.now().getTime() - entry.created) / 1000),
    defaultLeaseTtl: limits.defaultLeaseTtl,
    maxLeaseTtl: limits.maxLeaseTtl,
  });
  if (found === undefined) throw Fault.badRequest("past the max TTL, cannot renew");
  const renewed = core.tokens.renew(tx, entry, found.ttl);
  return { auth: authAnswer({ id, entry: renewed }, found.ttl), warnings: found.warnings };
}
