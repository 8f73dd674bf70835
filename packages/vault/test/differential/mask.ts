import { X509Certificate } from "node:crypto";
import { isObject } from "../../src/core/fields.ts";

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const texts: readonly [pattern: RegExp, mask: string][] = [
  [uuid, "<uuid>"],
  [/\bh[0-9a-f]{64}\b/g, "<hash>"],
  [/\b(?:hvs|s)\.[0-9A-Za-z_-]{20,}/g, "<token>"],
  [/\b(?:hvb|b)\.[0-9A-Za-z_-]{40,}/g, "<batch token>"],
  [
    /\b((?:auth_)?(?:kv|pki|approle|token|system|ns_system|ns_token|cubbyhole))_[0-9a-z]{8}\b/g,
    "$1_<id>",
  ],
  [/\b(?!0001-)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, "<time>"],
  [/\b(?:[0-9a-f]{2}:){8,}[0-9a-f]{2}\b/g, "<serial>"],
  [/\b(?:[0-9a-f]{2}-){8,}[0-9a-f]{2}\b/g, "<serial>"],
  [/(?<![0-9A-Za-z+/=])[0-9A-Za-z]{24}(?![0-9A-Za-z+/=])/g, "<accessor>"],
];
const pem = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----\n?/g;
/** Of seconds since 1970. */
const firstUnixTime = 1_600_000_000;
const lastUnixTime = 10_000_000_000;

/** A document with what differs from one request to the next put out of sight; certificates become what they say. */
export function masked(value: unknown): unknown {
  if (typeof value === "string") return maskText(value);
  if (typeof value === "number")
    return value > firstUnixTime && value < lastUnixTime ? "<unix time>" : value;
  if (Buffer.isBuffer(value)) return maskBytes(value);
  if (Array.isArray(value)) return value.map(masked);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(
    ([key, inner]) => [key.replaceAll(uuid, "<uuid>"), masked(inner)] as const,
  );
  return Object.fromEntries(entries);
}

function maskText(text: string): unknown {
  const blocks = [...text.matchAll(pem)];
  if (blocks.length > 0) {
    const shown = blocks.map(([block, label = ""]) =>
      label === "CERTIFICATE" ? describeCertificate(Buffer.from(block)) : `<${label}>`,
    );
    return shown.length === 1 ? shown[0] : shown;
  }
  if (/^[0-9A-Za-z+/=]{80,}$/.test(text)) {
    const der = Buffer.from(text, "base64");
    return der[0] === 0x30 ? maskBytes(der) : "<base64>";
  }
  return texts.reduce((shown, [pattern, mask]) => shown.replaceAll(pattern, mask), text);
}

function maskBytes(bytes: Buffer): unknown {
  if (bytes[0] !== 0x30) return maskText(bytes.toString());
  try {
    return describeCertificate(bytes);
  } catch {
    // A list or a key: what is in it is looked at by the tests of the engine.
    return "<der>";
  }
}

function describeCertificate(bytes: Buffer): unknown {
  const { subject, issuer, subjectAltName, keyUsage, ca, validFrom, validTo, publicKey } =
    new X509Certificate(bytes);
  return {
    subject,
    issuer,
    subjectAltName,
    extendedKeyUsage: keyUsage,
    ca,
    lifetime: (Date.parse(validTo) - Date.parse(validFrom)) / 1000,
    key: publicKey.asymmetricKeyType,
    keyBits:
      publicKey.asymmetricKeyDetails?.modulusLength ?? publicKey.asymmetricKeyDetails?.namedCurve,
  };
}
