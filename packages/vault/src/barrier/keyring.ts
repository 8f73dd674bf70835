import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";

export interface KeyTerm {
  readonly term: number;
  /** AES-256. */
  readonly key: KeyObject;
  /** ISO time. */
  readonly installed: string;
}

interface SerialisedKeyring {
  readonly terms: readonly { term: number; key: string; installed: string }[];
}

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

  static parse(bytes: Buffer): Keyring {
    const { terms } = JSON.parse(bytes.toString()) as SerialisedKeyring;
    return new Keyring(
      terms.map((entry) => ({ ...entry, key: secretKey(Buffer.from(entry.key, "base64")) })),
    );
  }

  serialise(): Buffer {
    const terms = [...this.#terms.values()].map(({ term, key, installed }) => ({
      term,
      installed,
      key: key.export().toString("base64"),
    }));
    return Buffer.from(JSON.stringify({ terms } satisfies SerialisedKeyring));
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
  return { term, key: secretKey(randomBytes(32)), installed: now.toISOString() };
}

/** The key alone keeps the bytes. */
export function secretKey(bytes: Buffer): KeyObject {
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
