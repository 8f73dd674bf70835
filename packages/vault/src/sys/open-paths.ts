import type { Core } from "../core/core.ts";
import { Fault } from "../core/fault.ts";
import type { Fields } from "../core/fields.ts";
import type { Answer, VaultRequest } from "../core/request.ts";
import { apiVersion, buildDate } from "../core/version.ts";
import { RouteTable } from "../routing/route-table.ts";

/** What is answered without a token, and also while sealed. */
export interface OpenCall {
  readonly core: Core;
  readonly request: VaultRequest;
  readonly fields: Fields;
}

export const openSysPaths = new RouteTable<OpenCall>([
  { path: "sys/health", read: health },
  { path: "sys/seal-status", read: ({ core }) => bare(sealStatus(core)) },
  { path: "sys/leader", read: leader },
  {
    path: "sys/init",
    read: ({ core }) => bare({ initialized: core.barrier.initialised }),
    write: initialise,
  },
  { path: "sys/unseal", write: unseal },
]);

/** What is answered while sealed alone, where the token can't be looked at. */
export const sealedSysPaths = new RouteTable<OpenCall>([
  { path: "sys/seal", write: () => undefined }, // it is done already
]);

function bare(data: Record<string, unknown>): Answer {
  return { bare: true, data };
}

function health({ core, fields }: OpenCall): Answer {
  const initialized = core.barrier.initialised;
  const { sealed } = core.barrier;
  const codes = { uninitcode: 501, sealedcode: 503, standbycode: 429, activecode: 200 };
  for (const name of Object.keys(codes) as (keyof typeof codes)[]) {
    const given = fields.raw(name);
    if (given === undefined) continue;
    const code = Number(given);
    if (!Number.isInteger(code) || code < 100 || code > 999) throw new Fault(400, []);
    codes[name] = code;
  }
  const status = initialized ? (sealed ? codes.sealedcode : codes.activecode) : codes.uninitcode;
  return {
    status,
    bare: true,
    data: {
      initialized,
      sealed,
      standby: sealed,
      performance_standby: false,
      replication_performance_mode: sealed ? "unknown" : "disabled",
      replication_dr_mode: sealed ? "unknown" : "disabled",
      server_time_utc: Math.floor(core.now().getTime() / 1000),
      version: apiVersion,
      ...(sealed ? {} : clusterOf(core)),
    },
  };
}

function sealStatus(core: Core): Record<string, unknown> {
  const initialized = core.barrier.initialised;
  const { sealed } = core.barrier;
  const { shares, threshold, progress, nonce } = core.seals.progress();
  return {
    type: "shamir",
    initialized,
    sealed,
    t: threshold,
    n: shares,
    progress,
    nonce,
    version: apiVersion,
    build_date: buildDate,
    migration: false,
    ...(sealed ? {} : clusterOf(core)),
    recovery_seal: false,
    storage_type: core.options.storageType,
  };
}

function clusterOf(core: Core): Record<string, string> {
  return { cluster_name: core.options.clusterName, cluster_id: core.clusterId };
}

function leader(): Answer {
  return bare({
    ha_enabled: false,
    is_self: false,
    active_time: "0001-01-01T00:00:00Z",
    leader_address: "",
    leader_cluster_address: "",
    performance_standby: false,
    performance_standby_last_remote_wal: 0,
  });
}

const notOfShamir = ["recovery_shares", "recovery_threshold", "recovery_pgp_keys"] as const;
const mostShares = 255;

async function initialise({ core, fields }: OpenCall): Promise<Answer> {
  const refused = notOfShamir.filter((name) => {
    const value = fields.raw(name);
    return Array.isArray(value) ? value.length > 0 : Boolean(value);
  });
  if (refused.length > 0) {
    throw Fault.badRequest(`parameters ${refused.join(",")} not applicable to seal type shamir`);
  }
  if (
    (fields.strings("pgp_keys") ?? []).length > 0 ||
    (fields.string("root_token_pgp_key") ?? "") !== ""
  ) {
    throw Fault.badRequest(
      "this server can't encrypt keys with PGP: leave pgp_keys and root_token_pgp_key out",
    );
  }
  // The API has no defaults; those that people know, 5 and 3, are the command line's.
  const shares = fields.integer("secret_shares") ?? 0;
  const threshold = fields.integer("secret_threshold") ?? 0;
  const fault = sharesFault(shares, threshold);
  if (fault !== undefined) throw Fault.badRequest(`invalid seal configuration: ${fault}`);
  const { keys, rootToken } = await core.initialise(shares, threshold);
  const answer = bare({
    keys: keys.map((key) => key.toString("hex")),
    keys_base64: keys.map((key) => key.toString("base64")),
    root_token: rootToken,
  });
  for (const key of keys) key.fill(0);
  return answer;
}

function sharesFault(shares: number, threshold: number): string | undefined {
  if (shares < 1) return "shares must be at least one";
  if (threshold < 1) return "threshold must be at least one";
  if (shares > 1 && threshold === 1)
    return "threshold must be greater than one for multiple shares";
  if (shares > mostShares) return `shares must be less than or equal to ${mostShares}`;
  if (threshold > mostShares) return `threshold must be less than or equal to ${mostShares}`;
  return threshold > shares ? "threshold cannot be larger than shares" : undefined;
}

/** What can't be taken for another type here, unlike elsewhere. */
function checkUnsealTypes(fields: Fields): void {
  const types = { key: "string", migrate: "bool", reset: "bool" } as const;
  for (const [name, type] of Object.entries(types)) {
    const value = fields.raw(name) ?? undefined;
    const found = Array.isArray(value)
      ? "array"
      : typeof value === "boolean"
        ? "bool"
        : typeof value;
    if (value === undefined || found === type) continue;
    const field = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    throw Fault.badRequest(
      `failed to decode JSON input: json: cannot unmarshal ${found} into Go struct field UnsealRequest.${field} of type ${type}`,
    );
  }
}

async function unseal({ core, fields }: OpenCall): Promise<Answer> {
  checkUnsealTypes(fields);
  if (fields.boolean("migrate") === true)
    throw Fault.badRequest("can't perform a seal migration, no migration seal found");
  if (fields.boolean("reset") === true) {
    if (!core.barrier.sealed) throw Fault.badRequest("vault is unsealed");
    core.seals.reset();
    return bare(sealStatus(core));
  }
  const key = fields.string("key") ?? "";
  if (key === "") {
    throw Fault.badRequest(
      "'key' must be specified in request body as JSON, or 'reset' set to true",
    );
  }
  await core.unseal(decodeShare(key));
  return bare(sealStatus(core));
}

/** Text that is both hex and base64 is hex when it has the length of a share. */
function decodeShare(text: string): Buffer {
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) {
    const bytes = Buffer.from(text, "hex");
    if (bytes.length >= 16 && bytes.length <= 33) return bytes;
  }
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw Fault.badRequest("'key' must be a valid hex or base64 string");
  }
  return Buffer.from(text, "base64");
}
