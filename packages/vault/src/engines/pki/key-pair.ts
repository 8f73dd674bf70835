import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from "node:crypto";
import { promisify } from "node:util";
import { Fault } from "../../core/fault.ts";
import { nothing, oid, sequence } from "./der.ts";
import { DerElement } from "./der-element.ts";

export type KeyType = "rsa" | "ec" | "ed25519";

export interface KeySpec {
  readonly type: KeyType;
  /** RSA 2048, 3072, 4096 or 8192; EC 224, 256, 384 or 521; of no meaning for Ed25519. */
  readonly bits: number;
}

const defaultBits: Readonly<Record<KeyType, number>> = { rsa: 2048, ec: 256, ed25519: 0 };
const allowedBits: Readonly<Record<KeyType, readonly number[]>> = {
  rsa: [2048, 3072, 4096, 8192],
  ec: [224, 256, 384, 521],
  ed25519: [0],
};
const curves: Readonly<Record<number, string>> = {
  224: "P-224",
  256: "P-256",
  384: "P-384",
  521: "P-521",
};

/** Checks what was asked for; 0 bits stand for the type's usual size. */
export function keySpec(type: string, bits: number): KeySpec {
  if (type !== "rsa" && type !== "ec" && type !== "ed25519")
    throw Fault.badRequest(`unknown key type ${type}`);
  const size = type === "ed25519" ? 0 : bits || defaultBits[type];
  if (type === "rsa" && size < 2048)
    throw Fault.badRequest(`RSA keys < 2048 bits are unsafe and not supported: got ${size}`);
  if (!allowedBits[type].includes(size)) {
    throw Fault.badRequest(`unsupported bit length for ${type.toUpperCase()} key: ${size}`);
  }
  return { type, bits: size };
}

/** Throws a 400 fault for a key that is too weak to be signed. */
export function checkStrength(key: KeyObject): void {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < 2048)
    throw Fault.badRequest("RSA keys < 2048 bits are unsafe and not supported");
}

const generate = promisify(generateKeyPair);

/** RSA keys take long and are made off the main thread. */
export async function generateKey({ type, bits }: KeySpec): Promise<KeyObject> {
  if (type === "rsa") return (await generate("rsa", { modulusLength: bits })).privateKey;
  if (type === "ed25519") return generateKeyPairSync("ed25519").privateKey;
  return generateKeyPairSync("ec", { namedCurve: curves[bits] ?? "P-256" }).privateKey;
}

export function keyTypeOf(key: KeyObject): KeyType | undefined {
  const type = key.asymmetricKeyType;
  return type === "rsa" || type === "ec" || type === "ed25519" ? type : undefined;
}

export function publicKeyDer(key: KeyObject): Buffer {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return publicKey.export({ type: "spki", format: "der" });
}

/** RFC 5280 4.2.1.2, method 1: SHA-1 of the key's bits. */
export function subjectKeyId(spki: Buffer): Buffer {
  const bits = DerElement.parse(spki).parts(2)[1];
  return createHash("sha1")
    .update(bits?.bits() ?? Buffer.alloc(0))
    .digest();
}

interface Algorithm {
  readonly hash: string | null;
  readonly identifier: Buffer;
}

const algorithms: Readonly<Record<string, Algorithm>> = {
  rsa: { hash: "sha256", identifier: sequence(oid("1.2.840.113549.1.1.11"), nothing()) },
  "ec-256": { hash: "sha256", identifier: sequence(oid("1.2.840.10045.4.3.2")) },
  "ec-384": { hash: "sha384", identifier: sequence(oid("1.2.840.10045.4.3.3")) },
  "ec-521": { hash: "sha512", identifier: sequence(oid("1.2.840.10045.4.3.4")) },
  ed25519: { hash: null, identifier: sequence(oid("1.3.101.112")) },
};

function algorithmOf(key: KeyObject): Algorithm {
  const type = keyTypeOf(key);
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const name =
    type !== "ec"
      ? type
      : curve === "secp384r1"
        ? "ec-384"
        : curve === "secp521r1"
          ? "ec-521"
          : "ec-256";
  const found = algorithms[name ?? ""];
  if (found === undefined) throw Fault.badRequest("unsupported key type");
  return found;
}

/** The AlgorithmIdentifier of signatures that a key makes. */
export function signatureAlgorithm(key: KeyObject): Buffer {
  return algorithmOf(key).identifier;
}

export function signBytes(key: KeyObject, bytes: Buffer): Buffer {
  return sign(algorithmOf(key).hash, bytes, key);
}

/** In the form that OpenSSL calls traditional, where there is one; PKCS #8 for Ed25519 or when asked for. */
export function privateKeyPem(key: KeyObject, pkcs8: boolean): string {
  const type = keyTypeOf(key);
  if (!pkcs8 && type === "rsa")
    return key.export({ type: "pkcs1", format: "pem" }).toString().trim();
  if (!pkcs8 && type === "ec") return key.export({ type: "sec1", format: "pem" }).toString().trim();
  return key.export({ type: "pkcs8", format: "pem" }).toString().trim();
}

export function parsePrivateKey(pem: string): KeyObject {
  return createPrivateKey(pem);
}
