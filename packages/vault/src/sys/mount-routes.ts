import { Fault } from "../core/fault.ts";
import { Fields } from "../core/fields.ts";
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

function listMounts({ core }: CoreCall, auth: boolean): Answer {
  const mounts = core.mounts.all(auth).map((mount) => [mount.path, describeMount(mount)]);
  return { repeated: true, data: Object.fromEntries(mounts) as Record<string, unknown> };
}

/** The mount's path ends in "/"; `auth` decides under which of the two trees it lies. */
function pathOf({ params }: CoreCall): string {
  const path = (params["path"] ?? "").replace(/\/+$/, "");
  if (path === "") throw Fault.badRequest("path must be specified");
  return `${path}/`;
}

function at(call: CoreCall, auth: boolean): MountEntry | undefined {
  return call.core.mounts.at(auth ? `auth/${pathOf(call)}` : pathOf(call));
}

function enable(call: CoreCall, auth: boolean): Answer | undefined {
  const { core, tx, fields } = call;
  const path = pathOf(call);
  const full = auth ? `auth/${path}` : path;
  let type = (fields.string("type") ?? "").toLowerCase();
  if (type === "") throw Fault.badRequest("backend type must be specified as a string");
  const options = { ...fields.map("options") };
  if (type === "kv-v1" || type === "kv-v2") {
    options["version"] = type === "kv-v2" ? "2" : "1";
    type = "kv";
  }
  if (!auth && (path.startsWith("auth/") || builtIn.includes(path))) {
    throw Fault.badRequest(
      path.startsWith("auth/") ? `path cannot start with "auth/"` : `cannot mount "${path}"`,
    );
  }
  if (!(auth ? authMethodTypes : secretsEngineTypes).includes(type)) {
    throw Fault.badRequest(`plugin not found in the catalog: ${type}`);
  }
  const taken = core.mounts.conflicting(full);
  if (taken !== undefined) throw Fault.badRequest(`path is already in use at ${fullPath(taken)}`);
  const mount = createMount({
    path,
    type,
    auth,
    description: fields.string("description") ?? "",
    config: readConfig(new Fields(fields.object("config") ?? {})),
    options: Object.keys(options).length > 0 ? options : null,
    local: fields.boolean("local") ?? false,
    sealWrap: fields.boolean("seal_wrap") ?? false,
  });
  core.mounts.put(tx, mount);
  core.initialiseMount(tx, mount);
  return undefined;
}

function disable(call: CoreCall, auth: boolean): undefined {
  const mount = at(call, auth);
  const path = pathOf(call);
  if (builtIn.includes(auth ? `auth/${path}` : path)) {
    throw Fault.badRequest(
      auth ? "token credential backend cannot be disabled" : `cannot unmount "${path}"`,
    );
  }
  if (mount !== undefined) call.core.removeMount(call.tx, mount);
}

function readConfig(fields: Fields): Partial<MountConfig> {
  const config: Record<string, unknown> = {};
  const take = (name: keyof MountConfig, value: unknown): void => {
    if (value !== undefined) config[name] = value;
  };
  take("default_lease_ttl", ttl(fields, "default_lease_ttl"));
  take("max_lease_ttl", ttl(fields, "max_lease_ttl"));
  take("force_no_cache", fields.boolean("force_no_cache"));
  take("listing_visibility", fields.string("listing_visibility"));
  take("token_type", fields.string("token_type"));
  for (const name of [
    "audit_non_hmac_request_keys",
    "audit_non_hmac_response_keys",
    "passthrough_request_headers",
    "allowed_response_headers",
  ] as const) {
    take(name, fields.strings(name));
  }
  const { default_lease_ttl: usual = 0, max_lease_ttl: max = 0 } = config as Partial<MountConfig>;
  if (max > 0 && usual > max) {
    throw Fault.badRequest("backend max lease TTL is less than default lease TTL");
  }
  return config;
}

/** "system" and 0 stand for the server's own. */
function ttl(fields: Fields, name: string): number | undefined {
  return fields.data[name] === "system" ? 0 : fields.duration(name);
}

function readTuning(call: CoreCall, auth: boolean): Answer {
  const mount = at(call, auth);
  if (mount === undefined)
    throw Fault.badRequest(`cannot fetch sysview for path "${pathOf(call)}"`);
  return { repeated: true, data: describeTuning(mount, call.core.leaseLimits(mount)) };
}

function tune(call: CoreCall, auth: boolean): undefined {
  const { core, tx, fields } = call;
  const mount = at(call, auth);
  if (mount === undefined)
    throw Fault.badRequest(`tune of path "${pathOf(call)}" failed: no mount entry found`);
  const options = fields.map("options");
  if (options?.["version"] === "1" && mount.options?.["version"] === "2") {
    throw Fault.badRequest("cannot downgrade mount from version 2");
  }
  core.mounts.put(tx, {
    ...mount,
    description: fields.string("description") ?? mount.description,
    config: { ...mount.config, ...readConfig(fields) },
    options: options === undefined ? mount.options : { ...mount.options, ...options },
  });
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
      delete: (call) => disable(call, auth),
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
