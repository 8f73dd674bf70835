import { isDeepStrictEqual } from "node:util";
import type { View } from "../../barrier/view.ts";
import { Fault } from "../../core/fault.ts";
import type { Fields } from "../../core/fields.ts";
import { extendedKeyUsages, keyUsageBits } from "./extensions.ts";
import { keySpec } from "./key-pair.ts";

/** What a role lets be issued: https://developer.hashicorp.com/vault/api-docs/secret/pki#create-update-role */
export interface PkiRole {
  readonly issuer_ref: string;
  /** Seconds; 0 for the mount's. */
  readonly ttl: number;
  readonly max_ttl: number;
  readonly not_after: string;
  readonly not_before_duration: number;
  readonly allow_localhost: boolean;
  readonly allowed_domains: readonly string[];
  readonly allow_bare_domains: boolean;
  readonly allow_subdomains: boolean;
  readonly allow_glob_domains: boolean;
  readonly allow_wildcard_certificates: boolean;
  readonly allow_any_name: boolean;
  readonly enforce_hostnames: boolean;
  readonly allow_ip_sans: boolean;
  readonly allowed_uri_sans: readonly string[];
  readonly server_flag: boolean;
  readonly client_flag: boolean;
  readonly code_signing_flag: boolean;
  readonly email_protection_flag: boolean;
  /** "rsa", "ec", "ed25519", or "any" for what a request brings. */
  readonly key_type: string;
  readonly key_bits: number;
  readonly key_usage: readonly string[];
  readonly ext_key_usage: readonly string[];
  readonly ext_key_usage_oids: readonly string[];
  readonly use_csr_common_name: boolean;
  readonly use_csr_sans: boolean;
  readonly ou: readonly string[];
  readonly organization: readonly string[];
  readonly country: readonly string[];
  readonly locality: readonly string[];
  readonly province: readonly string[];
  readonly street_address: readonly string[];
  readonly postal_code: readonly string[];
  readonly generate_lease: boolean;
  readonly no_store: boolean;
  readonly require_cn: boolean;
  readonly basic_constraints_valid_for_non_ca: boolean;
}

export const initialPkiRole: PkiRole = {
  issuer_ref: "default",
  ttl: 0,
  max_ttl: 0,
  not_after: "",
  not_before_duration: 30,
  allow_localhost: true,
  allowed_domains: [],
  allow_bare_domains: false,
  allow_subdomains: false,
  allow_glob_domains: false,
  allow_wildcard_certificates: true,
  allow_any_name: false,
  enforce_hostnames: true,
  allow_ip_sans: true,
  allowed_uri_sans: [],
  server_flag: true,
  client_flag: true,
  code_signing_flag: false,
  email_protection_flag: false,
  key_type: "rsa",
  key_bits: 0,
  key_usage: ["DigitalSignature", "KeyAgreement", "KeyEncipherment"],
  ext_key_usage: [],
  ext_key_usage_oids: [],
  use_csr_common_name: true,
  use_csr_sans: true,
  ou: [],
  organization: [],
  country: [],
  locality: [],
  province: [],
  street_address: [],
  postal_code: [],
  generate_lease: false,
  no_store: false,
  require_cn: true,
  basic_constraints_valid_for_non_ca: false,
};

const folder = "role/";
const durations = ["ttl", "max_ttl", "not_before_duration"];

export function listPkiRoles(view: View): string[] {
  return view.list(folder);
}

export function readPkiRole(view: View, name: string): PkiRole | undefined {
  return view.readJson<PkiRole>(folder + name);
}

export function deletePkiRole(view: View, name: string): void {
  view.delete(folder + name);
}

/** A write replaces the whole role, what is not given going back to its default; a patch changes what is given. */
export function writePkiRole(
  view: View,
  name: string,
  fields: Fields,
  before: PkiRole = initialPkiRole,
): PkiRole {
  const given = Object.keys(initialPkiRole).filter((field) =>
    fields.has(field),
  ) as (keyof PkiRole)[];
  const role = {
    ...before,
    ...Object.fromEntries(given.map((field) => [field, readField(fields, field)])),
  };
  checkFixed(fields);
  checkRole(role);
  view.writeJson(folder + name, role);
  return role;
}

/** As the default value is: each field keeps its kind. */
function readField(fields: Fields, field: keyof PkiRole): unknown {
  const usual = initialPkiRole[field];
  if (typeof usual === "boolean") return fields.boolean(field);
  if (typeof usual === "number")
    return durations.includes(field) ? fields.duration(field) : fields.integer(field);
  return typeof usual === "string" ? fields.string(field) : fields.strings(field);
}

/** Settings of Vault's roles that this server only knows with the value they have from the start. */
const fixed: Readonly<Record<string, unknown>> = {
  allow_token_displayname: false,
  allowed_domains_template: false,
  allowed_other_sans: [],
  allowed_serial_numbers: [],
  allowed_uri_sans_template: false,
  allowed_user_ids: [],
  cn_validations: ["email", "hostname"],
  generate_lease: false,
  policy_identifiers: [],
  signature_bits: 0,
  use_pss: false,
};

/** Never a made-up success: what would change nothing is refused. */
function checkFixed(fields: Fields): void {
  for (const [name, only] of Object.entries(fixed)) {
    if (!fields.has(name)) continue;
    const given =
      typeof only === "boolean"
        ? fields.boolean(name)
        : typeof only === "number"
          ? fields.integer(name)
          : fields.strings(name)?.toSorted();
    if (isDeepStrictEqual(given, only)) continue;
    throw Fault.badRequest(
      `${name} is not supported by this server: it can only be ${JSON.stringify(only)}`,
    );
  }
}

/** As a read shows it. */
export function describePkiRole(role: PkiRole): Record<string, unknown> {
  const { bits = role.key_bits } =
    role.key_type === "any" ? {} : keySpec(role.key_type, role.key_bits);
  return { ...role, ...fixed, key_bits: bits };
}

function checkRole(role: PkiRole): void {
  if (role.key_type !== "any") keySpec(role.key_type, role.key_bits);
  if (role.max_ttl > 0 && role.ttl > role.max_ttl) {
    throw Fault.badRequest('"ttl" value must be less than "max_ttl" value');
  }
  for (const usage of role.key_usage) {
    if (keyUsageBits[usageName(usage)] === undefined)
      throw Fault.badRequest(`unknown key usage "${usage}"`);
  }
  for (const usage of role.ext_key_usage) {
    if (extendedKeyUsages[usageName(usage)] === undefined) {
      throw Fault.badRequest(`unknown extended key usage "${usage}"`);
    }
  }
  for (const id of role.ext_key_usage_oids) {
    if (!/^[0-2](?:\.(?:0|[1-9]\d*))+$/.test(id))
      throw Fault.badRequest(
        `"${id}" could not be parsed as a valid oid for an extended key usage`,
      );
  }
}

/** "KeyUsageDigitalSignature", "digitalsignature" and "DigitalSignature" are one. */
function usageName(written: string): string {
  return written.toLowerCase().replace(/^(ext)?keyusage/, "");
}

export function keyUsagesOf(role: PkiRole): ReadonlySet<number> {
  return new Set(
    role.key_usage
      .map((usage) => keyUsageBits[usageName(usage)])
      .filter((bit) => bit !== undefined),
  );
}

/** Object identifiers, each once. */
export function extendedKeyUsagesOf(role: PkiRole): string[] {
  const flags = [
    role.server_flag && "serverauth",
    role.client_flag && "clientauth",
    role.code_signing_flag && "codesigning",
    role.email_protection_flag && "emailprotection",
  ].filter((name) => name !== false);
  const names = [...flags, ...role.ext_key_usage.map(usageName)];
  const ids = names.map((name) => extendedKeyUsages[name]).filter((id) => id !== undefined);
  return [...new Set([...ids, ...role.ext_key_usage_oids])];
}
