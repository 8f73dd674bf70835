import { createPublicKey, verify, type KeyObject } from "node:crypto";
import { Fault } from "../../core/fault.ts";
import { type AlternativeNames, decodeNames, noNames } from "./alternative-names.ts";
import { fromPem } from "./certificate.ts";
import { bitString, explicit, integer, oid, sequence, set } from "./der.ts";
import { DerElement } from "./der-element.ts";
import { alternativeNames, extensionOids } from "./extensions.ts";
import { publicKeyDer, signatureAlgorithm, signBytes } from "./key-pair.ts";
import { decodeSubject, encodeSubject, type Subject } from "./subject.ts";

export interface CertificateRequest {
  readonly subject: Subject;
  readonly names: AlternativeNames;
  readonly publicKey: KeyObject;
}

const extensionRequest = "1.2.840.113549.1.9.14";

/** PKCS #10 (RFC 2986), DER. */
export function buildRequest(subject: Subject, names: AlternativeNames, key: KeyObject): Buffer {
  const hasNames = Object.values(names).some((list: readonly string[]) => list.length > 0);
  const attributes = hasNames
    ? [sequence(oid(extensionRequest), set(sequence(alternativeNames(names, false))))]
    : [];
  const info = sequence(
    integer(0),
    encodeSubject(subject),
    publicKeyDer(key),
    explicit(0, ...attributes),
  );
  return sequence(info, signatureAlgorithm(key), bitString(signBytes(key, info)));
}

/** Throws a 400 fault for what is no request, or is not signed with its own key. */
export function parseRequest(pem: string): CertificateRequest {
  if (pem === "") throw Fault.badRequest('"csr" is empty');
  const der = fromPem("(?:NEW )?CERTIFICATE REQUEST", pem)[0];
  if (der === undefined) throw Fault.badRequest("csr contains no data");
  try {
    return read(der);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw Fault.badRequest("certificate request could not be parsed", error);
  }
}

function read(der: Buffer): CertificateRequest {
  const [info, algorithm, signature] = DerElement.parse(der).parts(3);
  const [, subject, key, attributes] = info?.parts(3) ?? [];
  if (info === undefined || algorithm === undefined || signature === undefined)
    throw Fault.badRequest("csr contains no data");
  if (subject === undefined || key === undefined) throw Fault.badRequest("csr contains no data");
  const publicKey = createPublicKey({ key: Buffer.from(key.whole), format: "der", type: "spki" });
  const hash = hashOf(algorithm.parts(1)[0]?.oid() ?? "");
  if (hash === undefined || !verify(hash, info.whole, publicKey, signature.bits())) {
    throw Fault.badRequest("request signature invalid");
  }
  return { subject: decodeSubject(subject), names: requestedNames(attributes), publicKey };
}

/** Ed25519 has no hash of its own to name. */
function hashOf(algorithm: string): string | null | undefined {
  const hashes: Readonly<Record<string, string | null>> = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
    "1.3.101.112": null,
  };
  return hashes[algorithm];
}

function requestedNames(attributes: DerElement | undefined): AlternativeNames {
  for (const attribute of attributes?.children() ?? []) {
    const [type, values] = attribute.parts(2);
    if (type?.oid() !== extensionRequest) continue;
    for (const entry of values?.children()[0]?.children() ?? []) {
      const parts = entry.parts(2);
      const value = parts.at(-1);
      if (parts[0]?.oid() === extensionOids.alternativeNames && value !== undefined) {
        return decodeNames(DerElement.parse(value.content));
      }
    }
  }
  return noNames;
}
