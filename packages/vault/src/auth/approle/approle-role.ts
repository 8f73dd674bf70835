import { randomUUID } from "node:crypto";
import type { View } from "../../barrier/view.ts";
import { Fault } from "../../core/fault.ts";
import type { Fields } from "../../core/fields.ts";
import { Salt } from "../../core/salt.ts";
import { checkCidrs } from "../../tokens/cidr.ts";
import {
  defaultTokenParameters,
  readTokenParameters,
  type TokenParameters,
} from "../token-parameters.ts";

export interface AppRole extends TokenParameters {
  readonly bind_secret_id: boolean;
  readonly local_secret_ids: boolean;
  readonly role_id: string;
  readonly secret_id_bound_cidrs: readonly string[];
  readonly secret_id_num_uses: number;
  /** Seconds; 0 for no end. */
  readonly secret_id_ttl: number;
}

const roles = "role/";
const byRoleId = "role_id/";

export function listRoles(view: View): string[] {
  return view.list(roles);
}

export function readRole(view: View, name: string): AppRole | undefined {
  return view.readJson<AppRole>(roles + name.toLowerCase());
}

/** Of the role that a role-id names. */
export function roleNameOf(view: View, roleId: string): string | undefined {
  return view.get(byRoleId + Salt.of(view).hash(roleId))?.toString();
}

/** Creates the role or changes what was given. */
export function writeRole(view: View, givenName: string, fields: Fields): void {
  const name = givenName.toLowerCase();
  const before = readRole(view, name);
  const base: AppRole = before ?? {
    ...defaultTokenParameters,
    bind_secret_id: true,
    local_secret_ids: false,
    role_id: randomUUID(),
    secret_id_bound_cidrs: [],
    secret_id_num_uses: 0,
    secret_id_ttl: 0,
  };
  if (before !== undefined && fields.has("local_secret_ids")) {
    throw Fault.badRequest("local_secret_ids can only be modified during role creation");
  }
  const role: AppRole = {
    ...readTokenParameters(fields, base),
    bind_secret_id: fields.boolean("bind_secret_id") ?? base.bind_secret_id,
    local_secret_ids: fields.boolean("local_secret_ids") ?? base.local_secret_ids,
    role_id: fields.string("role_id") ?? base.role_id,
    secret_id_bound_cidrs:
      fields.strings("secret_id_bound_cidrs") ??
      fields.strings("bound_cidr_list") ??
      base.secret_id_bound_cidrs,
    secret_id_num_uses: fields.integer("secret_id_num_uses") ?? base.secret_id_num_uses,
    secret_id_ttl: fields.duration("secret_id_ttl") ?? base.secret_id_ttl,
  };
  checkCidrs(role.secret_id_bound_cidrs);
  if (role.role_id === "")
    throw Fault.badRequest("invalid role_id supplied, or failed to generate a role_id");
  if (role.secret_id_num_uses < 0) throw Fault.badRequest("secret_id_num_uses cannot be negative");
  storeRole(view, name, role, before);
}

function storeRole(view: View, name: string, role: AppRole, before: AppRole | undefined): void {
  if (
    !role.bind_secret_id &&
    role.secret_id_bound_cidrs.length === 0 &&
    role.token_bound_cidrs.length === 0
  ) {
    throw Fault.internal("at least one constraint should be enabled on the role");
  }
  const salt = Salt.of(view);
  const owner = view.get(byRoleId + salt.hash(role.role_id))?.toString();
  if (owner !== undefined && owner !== name) throw Fault.internal("role_id already in use");
  if (before !== undefined && before.role_id !== role.role_id)
    view.delete(byRoleId + salt.hash(before.role_id));
  view.put(byRoleId + salt.hash(role.role_id), Buffer.from(name));
  view.writeJson(roles + name, role);
}

export function deleteRole(view: View, name: string, role: AppRole): void {
  view.delete(byRoleId + Salt.of(view).hash(role.role_id));
  view.delete(roles + name.toLowerCase());
}

/** Blocks that were never set are shown as null. */
export function orNull(cidrs: readonly string[]): readonly string[] | null {
  return cidrs.length > 0 ? cidrs : null;
}

/** What a read of the role shows: everything but the role-id. */
export function describeRole(role: AppRole): Record<string, unknown> {
  return { ...role, role_id: undefined, secret_id_bound_cidrs: orNull(role.secret_id_bound_cidrs) };
}
