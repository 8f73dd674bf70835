import { createHmac, createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import type { View } from "../barrier/view.ts";

const saltKey = "salt";

/** Turns secret identifiers into the names they are stored under: HMAC-SHA256 with a key that lies in the barrier. */
export class Salt {
  readonly #key: KeyObject;

  private constructor(key: Buffer) {
    this.#key = createSecretKey(key);
  }

  /** The salt of a view, made and stored when there is none. */
  static of(view: View): Salt {
    const stored = view.get(saltKey);
    if (stored !== undefined) return new Salt(stored);
    const key = randomBytes(32);
    view.put(saltKey, key);
    return new Salt(key);
  }

  /** 64 hex digits. */
  hash(identifier: string): string {
    return createHmac("sha256", this.#key).update(identifier).digest("hex");
  }
}
