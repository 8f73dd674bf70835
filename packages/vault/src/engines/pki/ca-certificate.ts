import type { X509Certificate } from "node:crypto";
import { encodedSubjectOf, fromPem, parseCertificate } from "./certificate.ts";
import { publicKeyDer, subjectKeyId } from "./key-pair.ts";

/** What is read out of a CA's certificate to sign in its name. */
export interface CaCertificate {
  readonly der: Buffer;
  readonly parsed: X509Certificate;
  readonly subject: Buffer;
  readonly keyId: Buffer;
  readonly notAfter: Date;
}

/** Certificates are public and never change, so what was read of one is kept: reading is half of the cost of issuing. */
const known = new Map<string, CaCertificate>();
const knownIssuers = new Map<string, boolean>();
const kept = 200;

export function readCa(pem: string): CaCertificate {
  const found = known.get(pem);
  if (found !== undefined) return found;
  const der = fromPem("CERTIFICATE", pem)[0] ?? Buffer.alloc(0);
  const parsed = parseCertificate(der);
  const certificate = {
    der,
    parsed,
    subject: encodedSubjectOf(der),
    keyId: subjectKeyId(publicKeyDer(parsed.publicKey)),
    notAfter: new Date(parsed.validTo),
  };
  if (known.size >= kept) known.clear();
  known.set(pem, certificate);
  return certificate;
}

/** Whether the one certificate was signed with the other's key, both PEM. */
export function isIssuedBy(pem: string, issuerPem: string): boolean {
  const pair = `${pem}\n${issuerPem}`;
  const found = knownIssuers.get(pair);
  if (found !== undefined) return found;
  const issuer = readCa(issuerPem).parsed;
  const { parsed } = readCa(pem);
  const issued = parsed.checkIssued(issuer) && parsed.verify(issuer.publicKey);
  if (knownIssuers.size >= kept) knownIssuers.clear();
  knownIssuers.set(pair, issued);
  return issued;
}
