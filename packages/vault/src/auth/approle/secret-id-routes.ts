import { randomUUID } from "node:crypto";
import { Fault } from "../../core/fault.ts";
import { type Fields, isObject } from "../../core/fields.ts";
import type { Answer } from "../../core/request.ts";
import type { CoreCall } from "../../routing/engine.ts";
import type { Route } from "../../routing/route.ts";
import { cidrsWithin, isCidr } from "../../tokens/cidr.ts";
import { readRole, type AppRole } from "./approle-role.ts";
import { describeSecretId, SecretIds } from "./secret-id.ts";

function roleOf({ view, params }: CoreCall): AppRole | undefined {
  return readRole(view, params["role_name"] ?? "");
}

/** On these paths an unknown role is no 404: Vault counts it as an error of its own. */
function secretIdsOf(call: CoreCall): SecretIds {
  if (roleOf(call) === undefined)
    throw Fault.internal(`role "${call.params["role_name"]}" does not exist`);
  return new SecretIds(call.view, call.params["role_name"] ?? "", call.system.now);
}

function generate(call: CoreCall, secretId: string): Answer {
  const { fields, view, params, system } = call;
  const role = roleOf(call);
  if (role === undefined) throw new Fault(404, [`role "${params["role_name"]}" does not exist`]);
  if (secretId === "") throw Fault.badRequest("missing secret_id");
  if (new SecretIds(view, params["role_name"] ?? "", system.now).find(secretId) !== undefined)
    throw Fault.internal("failed to store secret_id: SecretID is already registered");
  if (!role.bind_secret_id) throw Fault.badRequest("bind_secret_id is not set on the role");
  const entry = new SecretIds(view, params["role_name"] ?? "", system.now).create(secretId, {
    numUses: usesOf(fields, role),
    ttl: ttlOf(fields, role),
    metadata: metadataOf(fields),
    cidrList: cidrsOf(fields, "cidr_list", role.secret_id_bound_cidrs),
    tokenBoundCidrs: cidrsOf(fields, "token_bound_cidrs", role.token_bound_cidrs),
  });
  return {
    data: {
      secret_id: secretId,
      secret_id_accessor: entry.accessor,
      secret_id_num_uses: entry.numUses,
      secret_id_ttl: entry.ttl,
    },
  };
}

function usesOf(fields: Fields, role: AppRole): number {
  const uses = fields.integer("num_uses");
  if (uses === undefined) return role.secret_id_num_uses;
  if (uses < 0) throw Fault.badRequest("num_uses cannot be negative");
  if (role.secret_id_num_uses > 0 && (uses === 0 || uses > role.secret_id_num_uses)) {
    throw Fault.badRequest("num_uses cannot be higher than the role's secret_id_num_uses");
  }
  return uses;
}

function ttlOf(fields: Fields, role: AppRole): number {
  const ttl = fields.duration("ttl");
  if (ttl === undefined) return role.secret_id_ttl;
  if (role.secret_id_ttl > 0 && (ttl === 0 || ttl > role.secret_id_ttl)) {
    throw Fault.badRequest("ttl cannot be longer than the role's secret_id_ttl");
  }
  return ttl;
}

/** An object of strings as JSON text, or "key=value,…". */
function metadataOf(fields: Fields): Record<string, string> {
  const metadata = fields.string("metadata") ?? "";
  if (metadata === "") return {};
  try {
    const parsed: unknown = JSON.parse(metadata);
    if (isObject(parsed) && Object.values(parsed).every((value) => typeof value === "string"))
      return parsed as Record<string, string>;
  } catch {
    // The other form that there is.
  }
  const pairs = metadata.split(",").map((pair) => /^([^=]+)=(.*)$/s.exec(pair.trim()));
  if (!pairs.every((pair) => pair !== null)) {
    throw Fault.badRequest(
      "failed to parse metadata: failed to parse the input: invalid <key,value> format",
    );
  }
  return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name, value]));
}

function cidrsOf(fields: Fields, name: string, outer: readonly string[]): string[] {
  const cidrs = fields.strings(name) ?? [];
  const kind = name === "cidr_list" ? "CIDR blocks" : "token CIDR blocks";
  const wrong = cidrs.find((cidr) => !isCidr(cidr));
  if (wrong !== undefined)
    throw Fault.internal(`failed to validate ${kind}: invalid CIDR address: ${wrong}`);
  if (!cidrsWithin(cidrs, outer)) {
    throw Fault.internal(
      `failed to verify subset relationship between CIDR blocks on the role ${quoted(outer)} and CIDR blocks on the secret ID ${quoted(cidrs)}`,
    );
  }
  return cidrs;
}

function quoted(cidrs: readonly string[]): string {
  return `[${cidrs.map((cidr) => JSON.stringify(cidr)).join(" ")}]`;
}

function given(call: CoreCall, name: "secret_id" | "secret_id_accessor"): string {
  const value = call.fields.string(name) ?? "";
  if (value === "") throw Fault.badRequest(`missing ${name}`);
  return value;
}

function lookup(call: CoreCall): Answer | undefined {
  const entry = secretIdsOf(call).find(given(call, "secret_id"));
  return entry === undefined ? undefined : { data: describeSecretId(entry) };
}

function destroy(call: CoreCall): undefined {
  const secretId = given(call, "secret_id");
  secretIdsOf(call).remove(secretId);
}

function lookupAccessor(call: CoreCall): Answer {
  const accessor = given(call, "secret_id_accessor");
  const entry = secretIdsOf(call).findAccessor(accessor);
  if (entry === undefined) {
    const error = `failed to find accessor entry for secret_id_accessor: "${accessor}"`;
    return { status: 404, data: { error } };
  }
  return { data: describeSecretId(entry) };
}

function destroyAccessor(call: CoreCall): undefined {
  const accessor = given(call, "secret_id_accessor");
  const secretIds = secretIdsOf(call);
  if (secretIds.findAccessor(accessor) === undefined) {
    throw Fault.internal(`failed to find accessor entry for secret_id_accessor: "${accessor}"`);
  }
  secretIds.removeAccessor(accessor);
}

export const secretIdRoutes: readonly Route<CoreCall>[] = [
  {
    path: "role/:role_name/secret-id",
    write: (call) => generate(call, randomUUID()),
    list: (call) => {
      if (roleOf(call) === undefined)
        throw Fault.badRequest(`role "${call.params["role_name"]}" does not exist`);
      return { data: { keys: secretIdsOf(call).list() } };
    },
  },
  {
    path: "role/:role_name/custom-secret-id",
    write: (call) => generate(call, call.fields.string("secret_id") ?? ""),
  },
  { path: "role/:role_name/secret-id/lookup", write: lookup },
  { path: "role/:role_name/secret-id/destroy", write: destroy, delete: destroy },
  { path: "role/:role_name/secret-id-accessor/lookup", write: lookupAccessor },
  {
    path: "role/:role_name/secret-id-accessor/destroy",
    write: destroyAccessor,
    delete: destroyAccessor,
  },
];
