import { type AlternativeNames, encodeNames } from "./alternative-names.ts";
import {
  boolean,
  explicit,
  ia5Bytes,
  implicit,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
} from "./der.ts";

/** RFC 5280 4.2.1.3, by the names that Vault gives them. */
export const keyUsageBits: Readonly<Record<string, number>> = {
  digitalsignature: 0,
  contentcommitment: 1,
  keyencipherment: 2,
  dataencipherment: 3,
  keyagreement: 4,
  certsign: 5,
  crlsign: 6,
  encipheronly: 7,
  decipheronly: 8,
};

export const extendedKeyUsages: Readonly<Record<string, string>> = {
  any: "2.5.29.37.0",
  serverauth: "1.3.6.1.5.5.7.3.1",
  clientauth: "1.3.6.1.5.5.7.3.2",
  codesigning: "1.3.6.1.5.5.7.3.3",
  emailprotection: "1.3.6.1.5.5.7.3.4",
  ipsecendsystem: "1.3.6.1.5.5.7.3.5",
  ipsectunnel: "1.3.6.1.5.5.7.3.6",
  ipsecuser: "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocspsigning: "1.3.6.1.5.5.7.3.9",
};

export const extensionOids = {
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  alternativeNames: "2.5.29.17",
  basicConstraints: "2.5.29.19",
} as const;

export function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

export function keyUsage(bits: ReadonlySet<number>): Buffer {
  return extension(extensionOids.keyUsage, true, namedBits(bits));
}

export function extendedKeyUsage(ids: readonly string[]): Buffer {
  return extension("2.5.29.37", false, sequence(...ids.map(oid)));
}

/** Of a CA; no path length where it is undefined. */
export function caConstraints(pathLength: number | undefined): Buffer {
  const parts = pathLength === undefined ? [boolean(true)] : [boolean(true), integer(pathLength)];
  return extension(extensionOids.basicConstraints, true, sequence(...parts));
}

/** Of a certificate that is no CA. */
export function leafConstraints(): Buffer {
  return extension(extensionOids.basicConstraints, true, sequence());
}

export function subjectKeyIdentifier(id: Buffer): Buffer {
  return extension(extensionOids.subjectKeyId, false, octetString(id));
}

export function authorityKeyIdentifier(id: Buffer): Buffer {
  return extension("2.5.29.35", false, sequence(implicit(0, id)));
}

/** Critical where there is no subject beside them. */
export function alternativeNames(names: AlternativeNames, critical: boolean): Buffer {
  return extension(extensionOids.alternativeNames, critical, encodeNames(names));
}

const ocsp = "1.3.6.1.5.5.7.48.1";
const caIssuers = "1.3.6.1.5.5.7.48.2";

function access(method: string, url: string): Buffer {
  return sequence(oid(method), implicit(6, ia5Bytes(url)));
}

export function authorityInformation(
  ocspServers: readonly string[],
  issuers: readonly string[],
): Buffer {
  const parts = [
    ...ocspServers.map((url) => access(ocsp, url)),
    ...issuers.map((url) => access(caIssuers, url)),
  ];
  return extension("1.3.6.1.5.5.7.1.1", false, sequence(...parts));
}

export function crlDistribution(urls: readonly string[]): Buffer {
  const points = urls.map((url) => sequence(explicit(0, explicit(0, implicit(6, ia5Bytes(url))))));
  return extension("2.5.29.31", false, sequence(...points));
}
