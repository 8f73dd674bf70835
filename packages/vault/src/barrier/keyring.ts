import { randomBytes } from "node:crypto";

export interface KeyTerm {
  readonly term: number;
  /** 32 bytes, AES-256. */
  readonly key: Buffer;
  /** ISO time. */
  readonly installed: string;
}

interface SerialisedKeyring {
  readonly terms: readonly { term: number; key: string; installed: string }[];
}

/** The barrier's keys, one a term; the newest encrypts, the older ones still decrypt. */
export class Keyring {
  readonly #terms: Map<number, KeyTerm>;
  #active: KeyTerm;

  private constructor(terms: readonly KeyTerm[]) {
    const newest = terms.toSorted((a, b) => b.term - a.term)[0];
    if (newest === undefined) throw new Error("a keyring needs a key");
    this.#terms = new Map(terms.map((entry) => [entry.term, entry]));
    this.#active = newest;
  }

  static create(now: Date): Keyring {
    return new Keyring([{ term: 1, key: randomBytes(32), installed: now.toISOString() }]);
  }

  static parse(bytes: Buffer): Keyring {
    const { terms } = JSON.parse(bytes.toString()) as SerialisedKeyring;
    return new Keyring(terms.map((entry) => ({ ...entry, key: Buffer.from(entry.key, "base64") })));
  }

  serialise(): Buffer {
    const terms = [...this.#terms.values()].map((entry) => ({
      ...entry,
      key: entry.key.toString("base64"),
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
    const entry = {
      term: this.#active.term + 1,
      key: randomBytes(32),
      installed: now.toISOString(),
    };
    return new Keyring([...this.#terms.values(), entry]);
  }

  wipe(): void {
    for (const { key } of this.#terms.values()) key.fill(0);
  }
}
