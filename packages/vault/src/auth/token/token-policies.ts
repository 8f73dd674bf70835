import { responseWrapping } from "../../policy/response-wrapping-policy.ts";
import { Fault } from "../../core/fault.ts";
import type { Fields } from "../../core/fields.ts";
import { matchesGlob } from "../../core/matches-glob.ts";
import { sanitizePolicies } from "../../tokens/sanitize-policies.ts";
import type { TokenEntry } from "../../tokens/token-entry.ts";
import type { TokenRole } from "./token-role.ts";

interface PolicyQuestion {
  readonly fields: Fields;
  readonly parent: TokenEntry;
  readonly sudo: boolean;
  readonly role: TokenRole | undefined;
}

/** Given to wrapped answers only. */
const unassignable = [responseWrapping];

/**
 * What a new token may do: no more than its parent, unless that has sudo on the path, or the role says what is allowed.
 */
export function policiesOfNewToken({ fields, parent, sudo, role }: PolicyQuestion): string[] {
  const given = givenPolicies(fields);
  const noDefault = fields.boolean("no_default_policy") ?? false;
  const chosen =
    role !== undefined && limits(role)
      ? byRole(role, given, parent, noDefault)
      : byParent(given, parent, sudo, noDefault);
  const policies = noDefault ? chosen.filter((name) => name !== "default") : chosen;
  const refused = policies.find((name) => unassignable.includes(name));
  if (refused !== undefined)
    throw Fault.badRequest(`cannot assign policy ${JSON.stringify(refused)}`);
  return policies;
}

/** One text is one name here, not a list of them with commas; none where it is empty. */
function givenPolicies(fields: Fields): string[] {
  const value = fields.raw("policies");
  if (typeof value !== "string") return fields.strings("policies") ?? [];
  return value === "" ? [] : [value];
}

function byParent(
  given: readonly string[],
  parent: TokenEntry,
  sudo: boolean,
  noDefault: boolean,
): string[] {
  if (given.length === 0) return sanitizePolicies(parent.policies, false);
  const named = sanitizePolicies(given, false);
  if (!sudo && !named.every((name) => parent.policies.includes(name)))
    throw Fault.badRequest("child policies must be subset of parent");
  return sanitizePolicies(named, !noDefault && (sudo || parent.policies.includes("default")));
}

function limits(role: TokenRole): boolean {
  return [
    role.allowed_policies,
    role.allowed_policies_glob,
    role.disallowed_policies,
    role.disallowed_policies_glob,
  ].some((names) => names.length > 0);
}

function byRole(
  role: TokenRole,
  given: readonly string[],
  parent: TokenEntry,
  noDefault: boolean,
): string[] {
  const disallowed = (name: string): boolean =>
    role.disallowed_policies.includes(name) || matchesAny(role.disallowed_policies_glob, name);
  const withDefault = !noDefault && !role.token_no_default_policy && !disallowed("default");
  const limited = role.allowed_policies.length + role.allowed_policies_glob.length > 0;
  const allowed = limited ? sanitizePolicies(role.allowed_policies, withDefault) : [];
  const policies =
    given.length > 0
      ? sanitizePolicies(given, withDefault)
      : limited
        ? allowed
        : sanitizePolicies(parent.policies, withDefault);
  const inside = (name: string): boolean =>
    allowed.includes(name) || matchesAny(role.allowed_policies_glob, name);
  if (limited && given.length > 0 && !policies.every(inside)) {
    throw Fault.badRequest(
      `token policies (${shown(policies)}) must be subset of the role's allowed policies (${shown(allowed)}) or glob policies (${shown(role.allowed_policies_glob)})`,
    );
  }
  const refused = policies.find(disallowed);
  if (refused !== undefined)
    throw Fault.badRequest(`token policy ${JSON.stringify(refused)} is disallowed by this role`);
  return policies;
}

function shown(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(" ")}]`;
}

function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => matchesGlob(pattern, name));
}
