import type { View } from "../../barrier/view.ts";
import { Fault } from "../../core/fault.ts";
import { Fields } from "../../core/fields.ts";
import { sanitizePolicies } from "../../tokens/sanitize-policies.ts";
import { defaultTokenParameters, readTokenParameters } from "../token-parameters.ts";

const types = ["service", "batch", "default-service", "default-batch"] as const;

/** What tokens are like that are created at auth/token/create/NAME; times in seconds, 0 for not set. */
export interface TokenRole {
  readonly name: string;
  readonly orphan: boolean;
  readonly renewable: boolean;
  readonly path_suffix: string;
  readonly allowed_policies: readonly string[];
  readonly disallowed_policies: readonly string[];
  readonly allowed_policies_glob: readonly string[];
  readonly disallowed_policies_glob: readonly string[];
  readonly allowed_entity_aliases: readonly string[] | null;
  readonly token_bound_cidrs: readonly string[];
  readonly token_explicit_max_ttl: number;
  readonly token_no_default_policy: boolean;
  readonly token_num_uses: number;
  readonly token_period: number;
  readonly token_type: (typeof types)[number];
}

const folder = "roles/";
const suffix = /\w[\w-.]+\w/;

export function listTokenRoles(view: View): string[] {
  return view.list(folder);
}

export function readTokenRole(view: View, name: string): TokenRole | undefined {
  return view.readJson<TokenRole>(folder + name);
}

export function deleteTokenRole(view: View, name: string): void {
  view.delete(folder + name);
}

/** Creates the role or changes what was given. */
export function writeTokenRole(view: View, name: string, fields: Fields): void {
  const before = readTokenRole(view, name);
  const parameters = sharedParameters(fields, before);
  const policies = (field: keyof TokenRole & `${string}policies${string}`): readonly string[] => {
    const given = fields.strings(field);
    return given === undefined ? (before?.[field] ?? []) : sanitizePolicies(given, false);
  };
  const role: TokenRole = {
    name,
    orphan: fields.boolean("orphan") ?? before?.orphan ?? false,
    renewable: fields.boolean("renewable") ?? before?.renewable ?? true,
    path_suffix: fields.string("path_suffix") ?? before?.path_suffix ?? "",
    allowed_policies: policies("allowed_policies"),
    disallowed_policies: policies("disallowed_policies"),
    allowed_policies_glob: policies("allowed_policies_glob"),
    disallowed_policies_glob: policies("disallowed_policies_glob"),
    allowed_entity_aliases:
      fields.strings("allowed_entity_aliases") ?? before?.allowed_entity_aliases ?? null,
    token_bound_cidrs: parameters.token_bound_cidrs,
    token_explicit_max_ttl: parameters.token_explicit_max_ttl,
    token_no_default_policy: parameters.token_no_default_policy,
    token_num_uses: parameters.token_num_uses,
    token_period: parameters.token_period,
    token_type: typeOf(fields, before),
  };
  checkRole(role);
  view.writeJson(folder + name, role);
}

/** Older names of three parameters are taken too; the type has rules of its own here. */
function sharedParameters(
  fields: Fields,
  before: TokenRole | undefined,
): ReturnType<typeof readTokenParameters> {
  const named = new Fields(
    {
      token_bound_cidrs: fields.raw("token_bound_cidrs") ?? fields.raw("bound_cidrs"),
      token_explicit_max_ttl:
        fields.raw("token_explicit_max_ttl") ?? fields.raw("explicit_max_ttl"),
      token_period: fields.raw("token_period") ?? fields.raw("period"),
      token_num_uses: fields.raw("token_num_uses"),
      token_no_default_policy: fields.raw("token_no_default_policy"),
    },
    "",
  );
  const base = { ...defaultTokenParameters, ...before, token_type: "default" } as const;
  try {
    return readTokenParameters(named, base);
  } catch (error) {
    if (!(error instanceof Fault) || error.message.startsWith("error converting")) throw error;
    throw Fault.badRequest(`error parsing role fields: ${error.message}`);
  }
}

function typeOf(fields: Fields, before: TokenRole | undefined): TokenRole["token_type"] {
  const given = fields.string("token_type");
  if (given === undefined) return before?.token_type ?? "default-service";
  const known = types.find((type) => type === given);
  if (known === undefined)
    throw Fault.badRequest(`invalid 'token_type' value ${JSON.stringify(given)}`);
  return known;
}

function checkRole(role: TokenRole): void {
  if (role.path_suffix !== "" && !suffix.test(role.path_suffix)) {
    throw Fault.badRequest(
      `given role path suffix contains invalid characters; must match ${suffix.source}`,
    );
  }
  if (role.path_suffix.includes(".."))
    throw Fault.badRequest("error registering path suffix: path cannot contain parent references");
  if (role.token_type !== "batch") return;
  const reason =
    (role.token_period > 0 && "when role is set to generate periodic tokens") ||
    (role.renewable && "when role is set to generate renewable tokens") ||
    (role.token_explicit_max_ttl > 0 &&
      "when role is set to generate tokens with an explicit max TTL") ||
    (role.token_num_uses > 0 && "when role is set to generate tokens with limited use count");
  if (reason !== false) throw Fault.badRequest(`'token_type' cannot be 'batch' ${reason}`);
}

/** What a read shows, with the older names too. */
export function describeTokenRole(role: TokenRole): Record<string, unknown> {
  const { token_bound_cidrs: cidrs, token_num_uses: uses, ...shown } = role;
  return {
    ...shown,
    explicit_max_ttl: role.token_explicit_max_ttl,
    period: role.token_period,
    ...(cidrs.length > 0 ? { token_bound_cidrs: cidrs, bound_cidrs: cidrs } : {}),
    ...(uses > 0 ? { token_num_uses: uses } : {}),
  };
}
