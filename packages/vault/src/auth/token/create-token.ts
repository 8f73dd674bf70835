import { parseDuration } from "../../core/duration.ts";
import { Fault } from "../../core/fault.ts";
import { invalidDuration, type Fields } from "../../core/fields.ts";
import type { Answer } from "../../core/request.ts";
import type { CoreCall } from "../../routing/engine.ts";
import { authAnswer } from "../../tokens/token-answer.ts";
import { effectiveTtl } from "../../tokens/ttl.ts";
import { policiesOfNewToken } from "./token-policies.ts";
import { readTokenRole, type TokenRole } from "./token-role.ts";

/** auth/token/create, create-orphan and create/ROLE: https://developer.hashicorp.com/vault/api-docs/auth/token#create-token */
export function createToken(call: CoreCall, orphan: boolean): Answer {
  const { core, tx, fields, request, token: parent } = call;
  if (parent === undefined) throw Fault.badToken();
  const role = roleOf(call);
  if (parent.type === "batch") throw Fault.badRequest("batch tokens cannot create more tokens");
  if (parent.numUses !== 0)
    throw Fault.badRequest("restricted use token cannot generate child tokens");
  const sudo = core.policies.compile(tx, parent.policies).hasSudo(request.path);
  const type = typeOf(fields, role);
  const numUses = usesOf(fields, role);
  if ((fields.string("entity_alias") ?? "") !== "")
    throw Fault.badRequest("'entity_alias' is only allowed in combination with token role");
  const id = fields.string("id") ?? "";
  if (id !== "") checkId(call, id, sudo);
  const policies = policiesOfNewToken({ fields, parent, sudo, role });
  if (policies.includes("root")) {
    if (!parent.policies.includes("root")) {
      throw Fault.badRequest("root tokens may not be created without parent token being root");
    }
    if (type === "batch") throw Fault.badRequest("batch tokens cannot be root tokens");
  }
  const parentless = role === undefined ? orphan || mayBeOrphan(fields, sudo) : role.orphan;
  const times = timesOf(call, role, type, sudo);
  const forever = policies.includes("root") && times.period === 0 && times.requested === 0;
  const found = forever
    ? { ttl: times.explicitMaxTtl, warnings: [] }
    : effectiveTtl({ ...times, backendTtl: 0, backendMaxTtl: 0, age: 0, ...call.system });
  if (found === undefined) throw Fault.badRequest("max TTL must be greater than zero");
  if (found.ttl === 0 && parent.expires !== 0) {
    throw Fault.badRequest("expiring root tokens cannot create non-expiring root tokens");
  }
  const created = core.tokens.create(
    tx,
    {
      type,
      policies,
      path: [request.path, ...(role?.path_suffix ? [role.path_suffix] : [])].join("/"),
      displayName: displayNameOf(fields),
      meta: fields.map("meta") ?? null,
      numUses,
      parent: parentless ? "" : parent.hash,
      creationTtl: found.ttl,
      explicitMaxTtl: times.own.explicitMaxTtl,
      period: times.own.period,
      renewable:
        found.ttl > 0 &&
        type === "service" &&
        (fields.boolean("renewable") ?? true) &&
        (role?.renewable ?? true),
      boundCidrs:
        found.ttl === 0 ? [] : (role?.token_bound_cidrs ?? (parentless ? [] : parent.boundCidrs)),
      ...(role === undefined ? {} : { role: role.name }),
    },
    id === "" ? undefined : id,
  );
  const unknown = policies.filter((name) => core.policies.read(tx, name) === undefined);
  const warnings = [
    ...times.warnings,
    ...found.warnings,
    ...(id === "" ? [] : [weakId]),
    ...unknown.map((name) => `Policy "${name}" does not exist`),
  ];
  return { auth: authAnswer(created, found.ttl), warnings };
}

const weakId =
  "Supplying a custom ID for the token uses the weaker SHA1 hashing instead of the more secure SHA2-256 HMAC for token obfuscation. SHA1 hashed tokens on the wire leads to less secure lookups.";

function roleOf({ view, params }: CoreCall): TokenRole | undefined {
  const name = params["role_name"];
  if (name === undefined) return undefined;
  const role = readTokenRole(view, name);
  if (role === undefined) throw Fault.badRequest(`unknown role ${name}`);
  return role;
}

function typeOf(fields: Fields, role: TokenRole | undefined): "service" | "batch" {
  const asked = fields.string("type") ?? "";
  const fixed = role?.token_type === "service" || role?.token_type === "batch";
  const type = fixed
    ? role.token_type
    : asked || (role?.token_type === "default-batch" ? "batch" : "service");
  if (type === "service") return "service";
  if (type !== "batch") throw Fault.badRequest("invalid 'token_type' value");
  for (const name of ["explicit_max_ttl", "num_uses", "period"]) {
    if ((parseDuration(fields.raw(name) ?? 0) ?? 0) !== 0)
      throw Fault.badRequest(`batch tokens cannot have "${name}" set`);
  }
  return "batch";
}

function usesOf(fields: Fields, role: TokenRole | undefined): number {
  const asked = fields.integer("num_uses") ?? 0;
  if (asked < 0) throw Fault.badRequest("number of uses cannot be negative");
  const most = role?.token_num_uses ?? 0;
  return most === 0 ? asked : asked === 0 ? most : Math.min(asked, most);
}

interface Times {
  readonly requested: number;
  /** The lesser of what was asked for and what the role says. */
  readonly period: number;
  readonly explicitMaxTtl: number;
  /** What was asked for; the role's are looked up anew at a renewal. */
  readonly own: { readonly period: number; readonly explicitMaxTtl: number };
  readonly warnings: readonly string[];
}

function timesOf(
  { fields }: CoreCall,
  role: TokenRole | undefined,
  type: "service" | "batch",
  sudo: boolean,
): Times {
  const explicitMaxTtl = positive(fields, "explicit_max_ttl");
  const period = positive(fields, "period");
  if (period > 0 && !sudo)
    throw Fault.badRequest("root or sudo privileges required to create periodic token");
  const requested = positive(fields, "ttl") || positive(fields, "lease");
  const own = { period, explicitMaxTtl };
  if (role === undefined || type === "batch") return { requested, ...own, own, warnings: [] };
  const warnings: string[] = [];
  const lesser = (name: string, asked: number, limit: number): number => {
    if (asked === 0 || limit === 0) return Math.max(asked, limit);
    const seconds = Math.min(asked, limit);
    warnings.push(
      `${name} specified both during creation call and in role; using the lesser value of ${seconds} seconds`,
    );
    return seconds;
  };
  return {
    requested,
    explicitMaxTtl: lesser("Explicit max TTL", explicitMaxTtl, role.token_explicit_max_ttl),
    period: lesser("Period", period, role.token_period),
    own,
    warnings,
  };
}

function mayBeOrphan(fields: Fields, sudo: boolean): boolean {
  if (fields.boolean("no_parent") !== true) return false;
  if (!sudo) throw Fault.badRequest("root or sudo privileges required to create orphan token");
  return true;
}

function positive(fields: Fields, name: "ttl" | "lease" | "period" | "explicit_max_ttl"): number {
  const given = fields.string(name) ?? "";
  const seconds = parseDuration(given);
  if (seconds === undefined) throw Fault.badRequest(invalidDuration(given));
  if (seconds < 0) throw Fault.badRequest(`${name} must be positive`);
  return seconds;
}

function checkId({ core, tx }: CoreCall, id: string, sudo: boolean): void {
  if (!sudo) throw Fault.badRequest("root or sudo privileges required to specify token id");
  if (id.startsWith("hvs."))
    throw Fault.badRequest("custom token ID cannot have the 'hvs.' prefix");
  if (id.startsWith("s.")) throw Fault.badRequest("custom token ID cannot have the 's.' prefix");
  if (id.includes(".")) throw Fault.badRequest("custom token ID cannot have a '.' in the value");
  if (core.tokens.lookup(tx, id) !== undefined)
    throw Fault.badRequest("cannot create a token with a duplicate ID");
}

function displayNameOf(fields: Fields): string {
  const given = fields.string("display_name") ?? "";
  if (given === "") return "token";
  return `token-${given}`.replaceAll(/[^a-zA-Z0-9-]/g, "-").replace(/-$/, "");
}
