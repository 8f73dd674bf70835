import { isIP } from "node:net";
import { Fault } from "../../core/fault.ts";
import { matchesGlob } from "../../core/matches-glob.ts";
import type { AlternativeNames } from "./alternative-names.ts";
import type { PkiRole } from "./pki-role.ts";

const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const hostname = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*\\.?$`);
const leftWildcard = new RegExp(
  `^(?:\\*|[a-zA-Z0-9_-]*\\*[a-zA-Z0-9_-]*)\\.${label}(?:\\.${label})*\\.?$`,
);

export function isHostname(name: string): boolean {
  return hostname.test(name) || leftWildcard.test(name);
}

/** Throws a 400 fault for the first name that a role does not let be issued. */
export function checkNames(role: PkiRole, commonName: string, names: AlternativeNames): void {
  if (commonName !== "" && !nameAllowed(role, commonName)) {
    throw Fault.badRequest(`common name ${commonName} not allowed by this role`);
  }
  for (const name of names.dns) {
    if (!nameAllowed(role, name))
      throw Fault.badRequest(`subject alternate name ${name} not allowed by this role`);
  }
  for (const name of names.email) {
    if (!nameAllowed(role, name))
      throw Fault.badRequest(`email address ${name} not allowed by this role`);
  }
  if (names.ip.length > 0 && !role.allow_ip_sans) {
    throw Fault.badRequest(
      "IP Subject Alternative Names are not allowed in this role, but was provided via the API",
    );
  }
  for (const address of names.ip) {
    if (isIP(address) === 0)
      throw Fault.badRequest(`the value "${address}" is not a valid IP address`);
  }
  if (names.uri.length > 0 && role.allowed_uri_sans.length === 0) {
    throw Fault.badRequest(
      "URI Subject Alternative Names are not allowed in this role, but were provided via the API",
    );
  }
  for (const uri of names.uri) {
    if (!role.allowed_uri_sans.some((pattern) => matchesGlob(pattern, uri))) {
      throw Fault.badRequest(
        "URI Subject Alternative Names were provided via the API which are not valid for this role",
      );
    }
  }
}

/** A name as the certificate would carry it: a host name, one with a wildcard, or an email address. */
function nameAllowed(role: PkiRole, name: string): boolean {
  const at = name.indexOf("@");
  const domain = at === -1 ? name : name.slice(at + 1);
  const email = at !== -1;
  if (email && (at === 0 || name.indexOf("@", at + 1) !== -1)) return false;
  const wildcard = domain.includes("*");
  if (wildcard && (!role.allow_wildcard_certificates || email || !leftWildcard.test(domain)))
    return false;
  if (role.enforce_hostnames && !isHostname(domain)) return false;
  if (role.allow_any_name) return true;
  if (role.allow_localhost && localhostAllowed(role, domain, wildcard)) return true;
  return role.allowed_domains.some((allowed) =>
    domainAllowed(role, allowed, name, domain, wildcard),
  );
}

function localhostAllowed(role: PkiRole, domain: string, wildcard: boolean): boolean {
  if (domain === "localhost" || domain === "localdomain") return true;
  if (!role.allow_subdomains) return false;
  const base = wildcard ? domain.slice(domain.indexOf(".") + 1) : domain;
  return /(^|\.)(localhost|localdomain)$/.test(base);
}

function domainAllowed(
  role: PkiRole,
  allowed: string,
  name: string,
  domain: string,
  wildcard: boolean,
): boolean {
  const wanted = allowed.toLowerCase();
  const given = domain.toLowerCase();
  if (wanted === "") return false;
  if (role.allow_bare_domains && (given === wanted || name.toLowerCase() === wanted)) return true;
  if (role.allow_subdomains) {
    // "*.example.com" is one below example.com; the wildcard's own label may be as long as it likes. Case counts here.
    const base = wildcard ? domain.slice(domain.indexOf(".") + 1) : domain;
    if (base.endsWith(`.${allowed}`) || (wildcard && base === allowed)) return true;
  }
  return role.allow_glob_domains && wanted.includes("*") && matchesGlob(wanted, given);
}
