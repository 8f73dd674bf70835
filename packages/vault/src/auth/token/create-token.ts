import { Fault } from "../../core/fault.ts";
import type { Fields } from "../../core/fields.ts";
import type { Answer } from "../../core/request.ts";
import type { CoreCall } from "../../routing/engine.ts";
import { sanitizePolicies } from "../../tokens/sanitize-policies.ts";
import { authAnswer } from "../../tokens/token-answer.ts";
import type { TokenEntry } from "../../tokens/token-entry.ts";
import { effectiveTtl } from "../../tokens/ttl.ts";

/** auth/token/create and create-orphan: https://developer.hashicorp.com/vault/api-docs/auth/token#create-token */
export function createToken(call: CoreCall, orphan: boolean): Answer {
  const { core, tx, fields, request, token: parent } = call;
  if (parent === undefined) throw Fault.badToken();
  if (parent.type === "batch") throw Fault.badRequest("batch tokens cannot create more tokens");
  if (parent.numUses !== 0)
    throw Fault.badRequest("restricted use token cannot generate child tokens");
  const sudo = core.policies.compile(tx, parent.policies).hasSudo(request.path);
  const type = typeOf(fields);
  const numUses = fields.integer("num_uses") ?? 0;
  if (numUses < 0) throw Fault.badRequest("number of uses cannot be negative");
  const policies = policiesOf(fields, parent, sudo, type);
  const parentless = orphan || mayBeOrphan(fields, sudo);
  const period = positive(fields, "period");
  if (period > 0 && !sudo)
    throw Fault.badRequest("root or sudo privileges required to create periodic token");
  const explicitMaxTtl = positive(fields, "explicit_max_ttl");
  const requested = positive(fields, "ttl") || positive(fields, "lease");
  const limits = { requested, backendTtl: 0, backendMaxTtl: 0, period, explicitMaxTtl, age: 0 };
  const forever = policies.includes("root") && period === 0 && requested === 0;
  const found = forever
    ? { ttl: explicitMaxTtl, warnings: [] }
    : effectiveTtl({ ...limits, ...call.system });
  if (found === undefined) throw Fault.badRequest("max TTL must be greater than zero");
  if (found.ttl === 0 && parent.expires !== 0) {
    throw Fault.badRequest("expiring root tokens cannot create non-expiring root tokens");
  }
  const id = fields.string("id") ?? "";
  if (id !== "") checkId(call, id, sudo);
  const created = core.tokens.create(
    tx,
    {
      type,
      policies,
      path: request.path,
      displayName: displayNameOf(fields),
      meta: fields.map("meta") ?? null,
      numUses,
      parent: parentless ? "" : parent.hash,
      creationTtl: found.ttl,
      explicitMaxTtl,
      period,
      renewable: found.ttl > 0 && type === "service" && (fields.boolean("renewable") ?? true),
      boundCidrs: found.ttl > 0 && !parentless ? parent.boundCidrs : [],
    },
    id === "" ? undefined : id,
  );
  const unknown = policies.filter((name) => core.policies.read(tx, name) === undefined);
  const warnings = [...found.warnings, ...unknown.map((name) => `Policy "${name}" does not exist`)];
  return { auth: authAnswer(created, found.ttl), warnings };
}

function typeOf(fields: Fields): "service" | "batch" {
  const type = fields.string("type") ?? "";
  if (type === "" || type === "service") return "service";
  if (type !== "batch") throw Fault.badRequest("invalid 'token_type' value");
  for (const name of ["explicit_max_ttl", "num_uses", "period"]) {
    if ((fields.duration(name) ?? 0) !== 0)
      throw Fault.badRequest(`batch tokens cannot have "${name}" set`);
  }
  return "batch";
}

/** A token gives its children no more than it has, unless it has sudo on this path; root only from root. */
function policiesOf(fields: Fields, parent: TokenEntry, sudo: boolean, type: string): string[] {
  const given = fields.strings("policies") ?? [];
  const noDefault = fields.boolean("no_default_policy") ?? false;
  const wanted = given.length === 0 ? parent.policies : given;
  let policies = sanitizePolicies(
    wanted,
    !noDefault && (given.length > 0 || parent.policies.includes("default")),
  );
  if (!sudo && !policies.every((name) => name === "default" || parent.policies.includes(name))) {
    throw Fault.badRequest("child policies must be subset of parent");
  }
  if (policies.includes("root")) {
    if (!parent.policies.includes("root")) {
      throw Fault.badRequest("root tokens may not be created without parent token being root");
    }
    if (type === "batch") throw Fault.badRequest("batch tokens cannot be root tokens");
  }
  if (noDefault) policies = policies.filter((name) => name !== "default");
  return policies;
}

function mayBeOrphan(fields: Fields, sudo: boolean): boolean {
  if (fields.boolean("no_parent") !== true) return false;
  if (!sudo) throw Fault.badRequest("root or sudo privileges required to create orphan token");
  return true;
}

function positive(fields: Fields, name: "ttl" | "lease" | "period" | "explicit_max_ttl"): number {
  const seconds = fields.duration(name) ?? 0;
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
