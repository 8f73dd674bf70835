import { Fault } from "../core/fault.ts";
import type { Answer } from "../core/request.ts";
import type { CoreCall } from "../routing/engine.ts";
import { sanitizePolicies } from "../tokens/sanitize-policies.ts";
import { authAnswer } from "../tokens/token-answer.ts";
import { effectiveTtl } from "../tokens/ttl.ts";
import { withinCidrs } from "../tokens/cidr.ts";
import type { TokenParameters } from "./token-parameters.ts";

export interface Login {
  readonly parameters: TokenParameters;
  readonly displayName: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** In place of the role's, where the credential has its own. */
  readonly boundCidrs?: readonly string[];
}

/** The answer to a login that was found right: a token as the role says. */
export function logIn(
  call: CoreCall,
  { parameters, displayName, metadata, boundCidrs }: Login,
): Answer {
  const { core, tx, request, system } = call;
  const cidrs = boundCidrs ?? parameters.token_bound_cidrs;
  if (!withinCidrs(request.remoteAddress, cidrs)) throw Fault.permissionDenied();
  const policies = sanitizePolicies(parameters.token_policies, !parameters.token_no_default_policy);
  if (policies.includes("root")) throw Fault.badRequest("auth methods cannot create root tokens");
  const found = effectiveTtl({
    requested: 0,
    backendTtl: parameters.token_ttl,
    backendMaxTtl: parameters.token_max_ttl,
    period: parameters.token_period,
    explicitMaxTtl: parameters.token_explicit_max_ttl,
    age: 0,
    ...system,
  });
  if (found === undefined) throw Fault.badRequest("max TTL must be greater than zero");
  const batch = parameters.token_type === "batch" || parameters.token_type === "default-batch";
  const created = core.tokens.create(tx, {
    type: batch ? "batch" : "service",
    policies,
    path: request.path,
    displayName,
    meta: metadata,
    numUses: parameters.token_num_uses,
    parent: "",
    creationTtl: found.ttl,
    explicitMaxTtl: parameters.token_explicit_max_ttl,
    period: parameters.token_period,
    renewable: !batch,
    roleTtl: parameters.token_ttl,
    roleMaxTtl: parameters.token_max_ttl,
    boundCidrs: cidrs,
  });
  return { auth: authAnswer(created, found.ttl), warnings: found.warnings };
}
