import { createCipheriv, createDecipheriv, randomFillSync, type KeyObject } from "node:crypto";

const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 5;
const formatVersion = 1;

/** Thrown when bytes were not written with this key at this path, or were changed since. */
export class BarrierIntegrityError extends Error {
  override readonly name = "BarrierIntegrityError";
}

// One random buffer serves many nonces: asking the kernel for 12 bytes each time costs more than the encryption.
const nonces = Buffer.alloc(nonceBytes * 256);
let used = nonces.length;

function takeNonce(): Buffer {
  if (used === nonces.length) {
    randomFillSync(nonces);
    used = 0;
  }
  return nonces.subarray(used, (used += nonceBytes));
}

/**
 * The keys are KeyObjects: Node takes twice as long with the same bytes in a Buffer.
 * Layout: term (4 bytes, big endian) · format version (1) · nonce (12) · ciphertext · tag (16).
 * The path and the header are associated data, so an entry can't be moved to another path or term.
 */
export function encryptEntry(
  key: KeyObject,
  term: number,
  path: string,
  plaintext: Uint8Array,
): Buffer {
  const header = Buffer.allocUnsafe(headerBytes);
  header.writeUInt32BE(term, 0);
  header[4] = formatVersion;
  const nonce = takeNonce();
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.concat([header, Buffer.from(path)]));
  const sealed = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([header, nonce, sealed, cipher.getAuthTag()]);
}

/** The term of the key that an entry was encrypted with. */
export function termOf(entry: Uint8Array): number {
  if (entry.length < headerBytes + nonceBytes + tagBytes || entry[4] !== formatVersion) {
    throw new BarrierIntegrityError("an entry of the storage has no known format");
  }
  return Buffer.from(entry.buffer, entry.byteOffset, headerBytes).readUInt32BE(0);
}

/** Gives the plaintext back; throws BarrierIntegrityError. */
export function decryptEntry(key: KeyObject, path: string, entry: Uint8Array): Buffer {
  termOf(entry);
  const body = headerBytes + nonceBytes;
  const decipher = createDecipheriv("aes-256-gcm", key, entry.subarray(headerBytes, body));
  decipher.setAAD(Buffer.concat([entry.subarray(0, headerBytes), Buffer.from(path)]));
  decipher.setAuthTag(entry.subarray(entry.length - tagBytes));
  const plaintext = decipher.update(entry.subarray(body, entry.length - tagBytes));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    throw new BarrierIntegrityError(`the entry at ${JSON.stringify(path)} does not decrypt`);
  }
  return plaintext;
}
