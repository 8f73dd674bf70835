import { parseDuration } from "../core/duration.ts";
import { Fault } from "../core/fault.ts";
import { Fields, invalidDuration } from "../core/fields.ts";
import type { Answer } from "../core/request.ts";
import { authMethodTypes, secretsEngineTypes } from "../engines/mountable-types.ts";
import type { CoreCall } from "../routing/engine.ts";
import {
  createMount,
  fullPath,
  type MountConfig,
  type MountEntry,
} from "../routing/mount-entry.ts";
import type { Route } from "../routing/route.ts";
import { describeMount, describeTuning } from "./mount-answer.ts";

const builtIn = ["sys/", "cubbyhole/", "auth/token/", "identity/"];
/** What no secrets engine can be mounted at or below. */
const reserved = ["sys/", "cubbyhole/", "identity/", "auth/"];

function listMounts({ core }: CoreCall, auth: boolean): Answer {
  const mounts = core.mounts.all(auth).map((mount) => [mount.path, describeMount(mount)]);
  return { repeated: true, data: Object.fromEntries(mounts) as Record<string, unknown> };
}

/** The mount's path ends in "/"; `auth` decides under which of the two trees it lies. */
function pathOf({ params }: CoreCall): string {
  const path = (params["path"] ?? "").replace(/\/+$/, "");
  if (path === "") throw Fault.unsupportedPath();
  return `${path}/`;
}

function fullPathOf(call: CoreCall, auth: boolean): string {
  return auth ? `auth/${pathOf(call)}` : pathOf(call);
}

function at(call: CoreCall, auth: boolean): MountEntry | undefined {
  return call.core.mounts.at(fullPathOf(call, auth));
}

function enable(call: CoreCall, auth: boolean): Answer | undefined {
  const { core, tx, fields } = call;
  const path = pathOf(call);
  const full = fullPathOf(call, auth);
  let type = (fields.string("type") ?? "").toLowerCase();
  const options = { ...fields.map("options") };
  const given = {
    config: new Fields(fields.object("config") ?? {}),
    description: fields.string("description") ?? "",
    local: fields.boolean("local") ?? false,
    sealWrap: fields.boolean("seal_wrap") ?? false,
  };
  if (type === "") throw Fault.badRequest("backend type must be specified as a string");
  if (type === "kv-v1" || type === "kv-v2") {
    options["version"] = type === "kv-v2" ? "2" : "1";
    type = "kv";
  }
  if (!auth && reserved.some((taken) => path.startsWith(taken)))
    throw Fault.badRequest(`cannot mount ${JSON.stringify(path)}`);
  const config = readConfig(given.config, auth);
  const { default_lease_ttl: usual = 0, max_lease_ttl: max = 0 } = config;
  if (max > 0 && usual > max)
    throw Fault.badRequest("given default lease TTL greater than given max lease TTL");
  checkType(type, auth);
  const taken = core.mounts.conflicting(full);
  if (taken !== undefined) throw Fault.badRequest(`path is already in use at ${taken.path}`);
  const mount = createMount({
    path,
    type,
    auth,
    ...given,
    config,
    options: Object.keys(options).length > 0 ? options : null,
  });
  core.mounts.put(tx, mount);
  core.initialiseMount(tx, mount);
  return undefined;
}

function checkType(type: string, auth: boolean): void {
  if (auth && type === "token")
    throw Fault.badRequest("token credential backend cannot be instantiated");
  if (!auth && ["system", "token", "cubbyhole", "identity"].includes(type))
    throw Fault.badRequest(`mount type of ${JSON.stringify(type)} is not mountable`);
  if (!(auth ? authMethodTypes : secretsEngineTypes).includes(type))
    throw Fault.badRequest(`plugin not found in the catalog: ${type}`);
}

function disable(call: CoreCall, auth: boolean): undefined {
  const mount = at(call, auth);
  const path = pathOf(call);
  if (builtIn.includes(fullPathOf(call, auth))) {
    throw Fault.badRequest(
      auth ? "token credential backend cannot be disabled" : `cannot unmount "${path}"`,
    );
  }
  if (mount !== undefined) call.core.removeMount(call.tx, mount);
}

const visibilities = ["", "hidden", "unauth"];
const tokenTypes = ["", "default-service", "default-batch", "service", "batch"];

function readConfig(fields: Fields, auth: boolean): Partial<MountConfig> {
  const visibility = fields.string("listing_visibility");
  if (visibility !== undefined && !visibilities.includes(visibility))
    throw Fault.badRequest(`invalid listing_visibility ${visibility}`);
  const tokenType = fields.string("token_type");
  if (tokenType !== undefined && !auth)
    throw Fault.badRequest("'token_type' can only be modified on auth mounts");
  if (tokenType !== undefined && !tokenTypes.includes(tokenType))
    throw Fault.badRequest("invalid value for 'token_type'");
  const config: Record<string, unknown> = {};
  const take = (name: keyof MountConfig, value: unknown): void => {
    if (value !== undefined) config[name] = value;
  };
  take("default_lease_ttl", ttl(fields, "default_lease_ttl"));
  take("max_lease_ttl", ttl(fields, "max_lease_ttl"));
  take("force_no_cache", fields.boolean("force_no_cache"));
  take("listing_visibility", visibility);
  take("token_type", tokenType || undefined);
  for (const name of [
    "audit_non_hmac_request_keys",
    "audit_non_hmac_response_keys",
    "passthrough_request_headers",
    "allowed_response_headers",
  ] as const) {
    take(name, fields.strings(name));
  }
  return config;
}

/** "system" and 0 stand for the server's own. */
function ttl(fields: Fields, name: string): number | undefined {
  const text = fields.string(name);
  if (text === undefined) return undefined;
  const seconds = text === "system" ? 0 : parseDuration(text);
  if (seconds === undefined) throw Fault.badRequest(invalidDuration(text));
  if (seconds < 0) throw Fault.badRequest(`${name} cannot be negative`);
  return seconds;
}

function readTuning(call: CoreCall, auth: boolean): Answer {
  const mount = at(call, auth);
  if (mount === undefined)
    throw Fault.badRequest(`cannot fetch sysview for path "${fullPathOf(call, auth)}"`);
  return { repeated: true, data: describeTuning(mount, call.core.leaseLimits(mount)) };
}

function tune(call: CoreCall, auth: boolean): Answer | undefined {
  const { core, tx, fields } = call;
  const mount = at(call, auth);
  if (mount === undefined)
    throw Fault.badRequest(`tune of path "${fullPathOf(call, auth)}" failed: no mount entry found`);
  if (fields.has("description") && builtIn.includes(fullPath(mount)))
    throw Fault.badRequest(`cannot tune parameter description of ${fullPath(mount)}`);
  if (fields.has("token_type") && mount.type === "token")
    throw Fault.badRequest("'token_type' cannot be set for 'token' or 'ns_token' auth mounts");
  const options = fields.map("options");
  if (options?.["version"] === "1" && mount.options?.["version"] === "2") {
    throw Fault.badRequest("cannot downgrade mount from version 2");
  }
  const config = { ...mount.config, ...readConfig(fields, auth) };
  const { default_lease_ttl: usual, max_lease_ttl: max } = config;
  if (max > 0 && usual > max) {
    throw Fault.badRequest(
      `backend max lease TTL of ${max} would be less than backend default lease TTL of ${usual}`,
    );
  }
  const upgraded = {
    ...mount,
    description: fields.string("description") ?? mount.description,
    config,
    options: options === undefined ? mount.options : { ...mount.options, ...options },
  };
  core.mounts.put(tx, upgraded);
  return core.upgradeMount(tx, mount, upgraded);
}

function routesOf(tree: "mounts" | "auth"): Route<CoreCall>[] {
  const auth = tree === "auth";
  return [
    { path: tree, read: (call) => listMounts(call, auth) },
    {
      path: `${tree}/*path`,
      sudo: auth,
      read: (call) => {
        if (isTuning(call)) return readTuning(untuned(call), auth);
        const mount = at(call, auth);
        if (mount === undefined) throw Fault.badRequest(noMount(auth, pathOf(call)));
        return { repeated: true, data: describeMount(mount) };
      },
      write: (call) => (isTuning(call) ? tune(untuned(call), auth) : enable(call, auth)),
      delete: (call) => {
        if (isTuning(call)) throw Fault.unsupportedOperation();
        return disable(call, auth);
      },
    },
  ];
}

function noMount(auth: boolean, path: string): string {
  return auth ? `No auth engine at ${path}` : `No secret engine mount at ${path}`;
}

/** A mount's path may have several segments, so ".../tune" is found by its end. */
function isTuning({ params }: CoreCall): boolean {
  return /.\/tune$/.test(params["path"] ?? "");
}

function untuned(call: CoreCall): CoreCall {
  return { ...call, params: { path: (call.params["path"] ?? "").slice(0, -"/tune".length) } };
}

export const mountRoutes: readonly Route<CoreCall>[] = [...routesOf("mounts"), ...routesOf("auth")];
