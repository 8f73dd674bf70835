import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { CoreCall } from "../../routing/engine.ts";
import { addressBlocks, withinCidrs } from "../../tokens/cidr.ts";
import { logIn } from "../login.ts";
import { readRole, roleNameOf } from "./approle-role.ts";
import { SecretIds, type SecretId } from "./secret-id.ts";

/** One text for every wrong credential: which of the two is wrong is not told. */
function invalid(): Fault {
  return Fault.badRequest("invalid role or secret ID");
}

export function appRoleLogin(call: CoreCall): Answer {
  const { fields, view, request } = call;
  const roleId = (fields.string("role_id") ?? "").trim();
  if (roleId === "") throw Fault.badRequest("missing role_id");
  const name = roleNameOf(view, roleId);
  const role = name === undefined ? undefined : readRole(view, name);
  if (name === undefined || role === undefined) throw invalid();
  const secret = role.bind_secret_id ? redeem(call, name) : undefined;
  if (!withinCidrs(request.remoteAddress, role.secret_id_bound_cidrs)) {
    throw Fault.badRequest(
      `source address "${request.remoteAddress}" unauthorized by CIDR restrictions on the role`,
    );
  }
  return logIn(call, {
    parameters: role,
    displayName: call.mount.path.slice(0, -1).replaceAll("/", "-"),
    metadata: { ...secret?.metadata, role_name: name },
    ...(secret !== undefined && secret.tokenBoundCidrs.length > 0
      ? { boundCidrs: addressBlocks(secret.tokenBoundCidrs) }
      : {}),
  });
}

function redeem({ fields, view, system, request }: CoreCall, name: string): SecretId {
  const given = (fields.string("secret_id") ?? "").trim();
  if (given === "") throw Fault.badRequest("missing secret_id");
  const secretIds = new SecretIds(view, name, system.now);
  const secret = secretIds.find(given);
  if (secret === undefined) throw invalid();
  if (!withinCidrs(request.remoteAddress, secret.cidrList)) {
    throw Fault.badRequest(
      `source address "${request.remoteAddress}" unauthorized by CIDR restrictions on the secret ID`,
    );
  }
  secretIds.spend(given, secret);
  return secret;
}
