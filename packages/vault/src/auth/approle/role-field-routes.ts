import { Fault } from "../../core/fault.ts";
import { Fields } from "../../core/fields.ts";
import type { Answer } from "../../core/request.ts";
import type { CoreCall } from "../../routing/engine.ts";
import type { Route } from "../../routing/route.ts";
import { orNull, readRole, writeRole, type AppRole } from "./approle-role.ts";

type Field = Exclude<keyof AppRole, "role_id">;

/** Paths of single fields, the field each holds, and the value that a delete puts back. */
const fieldPaths: readonly [path: string, field: Field, initial: AppRole[Field]][] = [
  ["policies", "token_policies", []],
  ["bound-cidr-list", "secret_id_bound_cidrs", []],
  ["secret-id-bound-cidrs", "secret_id_bound_cidrs", []],
  ["token-bound-cidrs", "token_bound_cidrs", []],
  ["bind-secret-id", "bind_secret_id", true],
  ["secret-id-num-uses", "secret_id_num_uses", 0],
  ["secret-id-ttl", "secret_id_ttl", 0],
  ["period", "token_period", 0],
  ["token-num-uses", "token_num_uses", 0],
  ["token-ttl", "token_ttl", 0],
  ["token-max-ttl", "token_max_ttl", 0],
];

function roleOf({ view, params }: CoreCall): AppRole | undefined {
  return readRole(view, params["role_name"] ?? "");
}

/** Older names of the fields, which their own paths still take. */
const olderNames: Partial<Record<Field, string>> = {
  token_policies: "policies",
  token_period: "period",
  secret_id_bound_cidrs: "bound_cidr_list",
};

function routeOf(path: string, field: Field, initial: AppRole[Field]): Route<CoreCall> {
  return {
    path: `role/:role_name/${path}`,
    read: (call): Answer | undefined => {
      const role = roleOf(call);
      if (role === undefined) return undefined;
      const value = role[field];
      const shown = field.endsWith("_cidrs") && Array.isArray(value) ? orNull(value) : value;
      return path === "bound-cidr-list"
        ? { data: { bound_cidr_list: shown }, warnings: [olderPath] }
        : { data: { [field]: shown } };
    },
    write: (call) => {
      const value = call.fields.raw(field) ?? call.fields.raw(olderNames[field] ?? field);
      if (roleOf(call) === undefined) throw Fault.unsupportedPath();
      if (value === undefined || value === null) {
        if (field.endsWith("_cidrs")) return undefined;
        throw Fault.badRequest(`missing ${field === "token_period" ? "period" : field}`);
      }
      return change(call, field, value);
    },
    delete: (call) => (roleOf(call) === undefined ? undefined : change(call, field, initial)),
  };
}

const olderPath =
  'The "bound_cidr_list" field is deprecated and will be removed. Please use "secret_id_bound_cidrs" instead.';

function change(call: CoreCall, field: Field, value: unknown): undefined {
  writeRole(call.view, call.params["role_name"] ?? "", new Fields({ [field]: value }));
}

export const roleFieldRoutes: readonly Route<CoreCall>[] = [
  {
    path: "role/:role_name/role-id",
    read: (call): Answer | undefined => {
      const role = roleOf(call);
      return role === undefined ? undefined : { data: { role_id: role.role_id } };
    },
    write: (call) => {
      const roleId = call.fields.string("role_id") ?? "";
      if (roleOf(call) === undefined) throw Fault.unsupportedPath();
      if (roleId === "") throw Fault.badRequest("missing role_id");
      writeRole(call.view, call.params["role_name"] ?? "", new Fields({ role_id: roleId }));
      return undefined;
    },
  },
  {
    path: "role/:role_name/local-secret-ids",
    read: (call): Answer | undefined => {
      const role = roleOf(call);
      return role === undefined ? undefined : { data: { local_secret_ids: role.local_secret_ids } };
    },
  },
  ...fieldPaths.map((entry) => routeOf(...entry)),
];
