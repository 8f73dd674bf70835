import type { KeyObject } from "node:crypto";
import { goDuration } from "../../core/duration.ts";
import { Fault } from "../../core/fault.ts";
import type { Fields } from "../../core/fields.ts";
import type { Call, SystemView } from "../../routing/route.ts";
import type { AlternativeNames } from "./alternative-names.ts";
import { isHostname } from "./allowed-names.ts";
import { buildCertificate, formatSerial, newSerial } from "./certificate.ts";
import {
  alternativeNames,
  authorityInformation,
  authorityKeyIdentifier,
  caConstraints,
  crlDistribution,
  extendedKeyUsage,
  keyUsage,
  keyUsageBits,
  leafConstraints,
  subjectKeyIdentifier,
} from "./extensions.ts";
import type { Signer } from "./issuer-store.ts";
import { publicKeyDer, subjectKeyId } from "./key-pair.ts";
import type { PkiRole } from "./pki-role.ts";
import { encodeSubject, type Subject } from "./subject.ts";
import type { UrlConfig } from "./url-config.ts";

export interface Issued {
  readonly der: Buffer;
  readonly serial: string;
  readonly notAfter: Date;
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly warnings: readonly string[];
}

interface ValidityRules {
  readonly fields: Fields;
  readonly system: SystemView;
  /** Seconds; 0 for the mount's. */
  readonly ttl: number;
  readonly maxTtl: number;
  readonly notAfter: string;
  readonly notBeforeDuration: number;
}

/** From when to when, from what was asked for, the role and the mount; what is too long is cut, with a warning. */
export function validityOf({
  fields,
  system,
  ttl,
  maxTtl,
  notAfter,
  notBeforeDuration,
}: ValidityRules): Validity {
  const asked = fields.duration("ttl") ?? 0;
  const fixed = fields.string("not_after") || notAfter;
  if (asked > 0 && fields.has("not_after")) {
    throw Fault.badRequest(
      "Either ttl or not_after should be provided. Both should not be provided in the same request.",
    );
  }
  const notBefore = new Date(system.now.getTime() - notBeforeDuration * 1000);
  if (fixed !== "") {
    const end = new Date(fixed);
    if (Number.isNaN(end.getTime())) throw Fault.badRequest(`unable to parse not_after "${fixed}"`);
    if (end <= notBefore) {
      throw Fault.badRequest(
        `The certificate's Not Before (${notBefore.toISOString()}) is later than the certificate's Not After (${end.toISOString()})`,
      );
    }
    return { notBefore, notAfter: end, warnings: [] };
  }
  const most = Math.min(maxTtl || system.maxLeaseTtl, system.maxLeaseTtl);
  const wanted = asked || ttl || system.defaultLeaseTtl;
  const seconds = Math.min(wanted, most);
  const warnings =
    wanted > most
      ? [
          `TTL "${goDuration(wanted)}" is longer than permitted maxTTL "${goDuration(most)}", so maxTTL is being used`,
        ]
      : [];
  return { notBefore, notAfter: new Date(system.now.getTime() + seconds * 1000), warnings };
}

/** A leaf's times by its role: it must not outlive its issuer, unless the issuer is set to allow or to cut that. */
export function leafValidity(role: PkiRole, signer: Signer, { fields, system }: Call): Validity {
  const rules = {
    fields,
    system,
    ttl: role.ttl,
    maxTtl: role.max_ttl,
    notAfter: role.not_after,
    notBeforeDuration: role.not_before_duration,
  };
  return withinIssuer(validityOf(rules), signer);
}

function withinIssuer(validity: Validity, signer: Signer): Validity {
  if (validity.notAfter <= signer.notAfter) return validity;
  const behaviour = signer.issuer.leaf_not_after_behavior;
  if (behaviour === "permit") return validity;
  if (behaviour === "truncate") return { ...validity, notAfter: signer.notAfter };
  throw Fault.badRequest(
    `cannot satisfy request, as TTL would result in notAfter of ${validity.notAfter.toISOString()} that is beyond the expiration of the CA certificate at ${signer.notAfter.toISOString()}`,
  );
}

interface LeafPlan {
  readonly subject: Subject;
  readonly names: AlternativeNames;
  readonly publicKey: KeyObject;
  readonly validity: Validity;
  readonly keyUsages: ReadonlySet<number>;
  readonly extendedKeyUsages: readonly string[];
  readonly withConstraints: boolean;
  readonly urls: UrlConfig;
}

export function issueLeaf(signer: Signer, plan: LeafPlan): Issued {
  const hasSubject = Object.values(plan.subject).some(
    (values: readonly string[]) => values.length > 0,
  );
  const hasNames = Object.values(plan.names).some((names: readonly string[]) => names.length > 0);
  return issue(signer, plan, [
    ...(plan.withConstraints ? [leafConstraints()] : []),
    ...(plan.keyUsages.size > 0 ? [keyUsage(plan.keyUsages)] : []),
    ...(plan.extendedKeyUsages.length > 0 ? [extendedKeyUsage(plan.extendedKeyUsages)] : []),
    ...(hasNames ? [alternativeNames(plan.names, !hasSubject)] : []),
  ]);
}

interface CaPlan {
  readonly subject: Subject;
  readonly names: AlternativeNames;
  readonly publicKey: KeyObject;
  readonly validity: Validity;
  /** Undefined for no limit. */
  readonly pathLength: number | undefined;
  readonly urls: UrlConfig;
}

const caUsages = new Set([keyUsageBits["certsign"] ?? 5, keyUsageBits["crlsign"] ?? 6]);

/** Signed by itself where the signer is a key alone. */
export function issueCa(signer: Signer | KeyObject, plan: CaPlan): Issued {
  const hasNames = Object.values(plan.names).some((names: readonly string[]) => names.length > 0);
  return issue(signer, plan, [
    caConstraints(plan.pathLength),
    keyUsage(caUsages),
    ...(hasNames ? [alternativeNames(plan.names, false)] : []),
  ]);
}

function issue(
  signer: Signer | KeyObject,
  plan: Pick<CaPlan, "subject" | "publicKey" | "validity" | "urls">,
  extensions: readonly Buffer[],
): Issued {
  const spki = publicKeyDer(plan.publicKey);
  const keyId = subjectKeyId(spki);
  const subject = encodeSubject(plan.subject);
  const own = "issuer" in signer ? undefined : signer;
  const by = "issuer" in signer ? signer : { key: signer, subject, keyId };
  const {
    issuing_certificates: issuers,
    ocsp_servers: ocsp,
    crl_distribution_points: lists,
  } = plan.urls;
  const serial = newSerial();
  const der = buildCertificate(
    {
      serial,
      issuer: by.subject,
      subject,
      notBefore: plan.validity.notBefore,
      notAfter: plan.validity.notAfter,
      publicKey: spki,
      extensions: [
        ...extensions,
        subjectKeyIdentifier(keyId),
        authorityKeyIdentifier(by.keyId),
        ...(own === undefined && issuers.length + ocsp.length > 0
          ? [authorityInformation(ocsp, issuers)]
          : []),
        ...(own === undefined && lists.length > 0 ? [crlDistribution(lists)] : []),
      ],
    },
    by.key,
  );
  return { der, serial: formatSerial(serial), notAfter: plan.validity.notAfter };
}

/** The names that a request asks for; the common name joins them unless it is told not to. */
export function requestedNames(fields: Fields, commonName: string): AlternativeNames {
  const given = (fields.string("alt_names") ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if ((fields.strings("other_sans") ?? []).length > 0) {
    throw Fault.badRequest("other_sans are not supported by this server");
  }
  const withCommon =
    fields.boolean("exclude_cn_from_sans") === true || commonName === ""
      ? given
      : [commonName, ...given];
  const names = [...new Set(withCommon)];
  const usable = names.filter(
    (name) => name !== commonName || given.includes(name) || name.includes("@") || isHostname(name),
  );
  return {
    dns: usable.filter((name) => !name.includes("@")),
    email: usable.filter((name) => name.includes("@")),
    ip: [...new Set(fields.strings("ip_sans") ?? [])],
    uri: fields.strings("uri_sans") ?? [],
  };
}
