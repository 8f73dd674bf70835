import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";

export interface KeyTerm {
  readonly term: number;
  /** AES-256. */
  readonly key: KeyObject;
  /** ISO time. */
  readonly installed: string;
}

const keyBytes = 32;
/** Term and time of installation (milliseconds since 1970), both 8 bytes, then the key. */
const termBytes = 8 + 8 + keyBytes;

/** The barrier's keys, one a term; the newest encrypts, the older ones still decrypt. */
export class Keyring {
  readonly #terms: Map<number, KeyTerm>;
  readonly #active: KeyTerm;

  private constructor(terms: readonly KeyTerm[]) {
    const newest = terms.toSorted((a, b) => b.term - a.term)[0];
    if (newest === undefined) throw new Error("a keyring needs a key");
    this.#terms = new Map(terms.map((entry) => [entry.term, entry]));
    this.#active = newest;
  }

  static create(now: Date): Keyring {
    return new Keyring([newTerm(1, now)]);
  }

  /** In bytes all the way: text would leave copies of the keys behind that nothing can wipe. */
  static parse(bytes: Buffer): Keyring {
    const terms: KeyTerm[] = [];
    for (let at = 0; at < bytes.length; at += termBytes) {
      const entry = bytes.subarray(at, at + termBytes);
      terms.push({
        term: Number(entry.readBigUInt64BE(0)),
        installed: new Date(Number(entry.readBigUInt64BE(8))).toISOString(),
        key: createSecretKey(entry.subarray(16)),
      });
    }
    return new Keyring(terms);
  }

  serialise(): Buffer {
    const bytes = Buffer.alloc(this.#terms.size * termBytes);
    for (const [index, { term, installed, key }] of [...this.#terms.values()].entries()) {
      const entry = bytes.subarray(index * termBytes);
      entry.writeBigUInt64BE(BigInt(term), 0);
      entry.writeBigUInt64BE(BigInt(Date.parse(installed)), 8);
      const exported = key.export();
      exported.copy(entry, 16);
      exported.fill(0);
    }
    return bytes;
  }

  get active(): KeyTerm {
    return this.#active;
  }

  find(term: number): KeyTerm | undefined {
    return this.#terms.get(term);
  }

  /** A keyring with one more term, which becomes the active one; this one stays as it is. */
  rotated(now: Date): Keyring {
    return new Keyring([...this.#terms.values(), newTerm(this.#active.term + 1, now)]);
  }
}

function newTerm(term: number, now: Date): KeyTerm {
  return { term, key: secretKey(randomBytes(keyBytes)), installed: now.toISOString() };
}

/** The key alone keeps the bytes. */
export function secretKey(bytes: Buffer): KeyObject {
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
