import { randomBytes, X509Certificate, type KeyObject } from "node:crypto";
import { bitString, explicit, integer, sequence, time } from "./der.ts";
import { DerElement } from "./der-element.ts";
import { extensionOids } from "./extensions.ts";
import { signatureAlgorithm, signBytes } from "./key-pair.ts";

export interface CertificatePlan {
  readonly serial: Buffer;
  /** Encoded names. */
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Buffer;
  readonly extensions: readonly Buffer[];
}

/** A positive number of 20 bytes at most, as RFC 5280 4.1.2.2 wants it, with enough of it random. */
export function newSerial(): Buffer {
  const serial = randomBytes(20);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

/** DER. */
export function buildCertificate(plan: CertificatePlan, signingKey: KeyObject): Buffer {
  const algorithm = signatureAlgorithm(signingKey);
  const version3 = explicit(0, integer(2));
  const toBeSigned = sequence(
    version3,
    integer(plan.serial),
    algorithm,
    plan.issuer,
    sequence(time(plan.notBefore), time(plan.notAfter)),
    plan.subject,
    plan.publicKey,
    explicit(3, sequence(...plan.extensions)),
  );
  return sequence(toBeSigned, algorithm, bitString(signBytes(signingKey, toBeSigned)));
}

export function toPem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----`;
}

/** Every block of one kind in a text, as DER. */
export function fromPem(label: string, text: string): Buffer[] {
  const block = new RegExp(
    `-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`,
    "g",
  );
  return [...text.matchAll(block)].map((match) => Buffer.from(match[1] ?? "", "base64"));
}

/** "1a:2b:…", as Vault writes serial numbers. */
export function formatSerial(serial: Buffer | string): string {
  const hex = typeof serial === "string" ? serial.toLowerCase() : serial.toString("hex");
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return (even.match(/../g) ?? []).join(":");
}

/** The encoded name of whom a certificate is about. */
export function encodedSubjectOf(der: Buffer): Buffer {
  const [toBeSigned] = DerElement.parse(der).parts(3);
  const subject = toBeSigned?.parts(6)[5];
  if (subject === undefined) throw new Error("a certificate without a subject");
  return Buffer.from(subject.whole);
}

/** Of a CA certificate's basic constraints; undefined for no limit. */
export function pathLengthIn(der: Buffer): number | undefined {
  const [toBeSigned] = DerElement.parse(der).parts(3);
  const extensions = toBeSigned?.children().find(({ tag }) => tag === 0xa3);
  for (const entry of extensions?.children()[0]?.children() ?? []) {
    const parts = entry.parts(2);
    const value = parts.at(-1);
    if (parts[0]?.oid() !== extensionOids.basicConstraints || value === undefined) continue;
    const length = DerElement.parse(value.content).children()[1];
    return length === undefined ? undefined : length.content.readUIntBE(0, length.content.length);
  }
  return undefined;
}

export function parseCertificate(der: Buffer): X509Certificate {
  return new X509Certificate(der);
}
