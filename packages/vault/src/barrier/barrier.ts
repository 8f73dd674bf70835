import type { KeyObject } from "node:crypto";
import type { Store, Write } from "../storage/store.ts";
import { BarrierIntegrityError, decryptEntry, encryptEntry, termOf } from "./aes-gcm.ts";
import { Keyring } from "./keyring.ts";
import { Transaction } from "./transaction.ts";

const keyringPath = "core/keyring";
/** Entries under the root key carry this term; the keyring's own terms start at 1. */
const rootTerm = 0;

/** Everything behind it is encrypted; it opens with the root key, and is shut again by wiping what that gave. */
export class Barrier {
  readonly #store: Store;
  #keyring: Keyring | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  get sealed(): boolean {
    return this.#keyring === undefined;
  }

  get initialised(): boolean {
    return this.#store.get(keyringPath) !== undefined;
  }

  get activeTerm(): { term: number; installed: string } {
    const { term, installed } = this.#keys().active;
    return { term, installed };
  }

  /** Opens with a new keyring, and gives the write that makes it durable. */
  initialise(rootKey: KeyObject, now: Date): Write {
    this.#keyring = Keyring.create(now);
    return Barrier.#keyringWrite(this.#keyring, rootKey);
  }

  static #keyringWrite(keyring: Keyring, rootKey: KeyObject): Write {
    const plaintext = keyring.serialise();
    const value = encryptEntry(rootKey, rootTerm, keyringPath, plaintext);
    plaintext.fill(0);
    return { key: keyringPath, value };
  }

  /** Throws BarrierIntegrityError when the root key is not the right one. */
  unseal(rootKey: KeyObject): void {
    const entry = this.#store.get(keyringPath);
    if (entry === undefined) throw new BarrierIntegrityError("there is no keyring");
    const plaintext = decryptEntry(rootKey, keyringPath, entry);
    this.#keyring = Keyring.parse(plaintext);
    plaintext.fill(0);
  }

  seal(): void {
    this.#keyring = undefined;
  }

  /** Puts a new term in use; what is stored already stays readable. */
  async rotate(rootKey: KeyObject, now: Date): Promise<void> {
    const next = this.#keys().rotated(now);
    await this.#store.apply([Barrier.#keyringWrite(next, rootKey)]);
    this.#keyring = next;
  }

  /** Whether an entry does not decrypt: it was changed on disk, or lies under another name than its own. */
  isDamaged(path: string): boolean {
    const entry = path === keyringPath ? undefined : this.#store.get(path);
    if (entry === undefined) return false;
    try {
      this.decrypt(path, entry).fill(0);
      return false;
    } catch (error) {
      if (!(error instanceof BarrierIntegrityError)) throw error;
      return true;
    }
  }

  begin(): Transaction {
    return new Transaction(this.#store, this);
  }

  encrypt(path: string, plaintext: Uint8Array): Buffer {
    const { key, term } = this.#keys().active;
    return encryptEntry(key, term, path, plaintext);
  }

  decrypt(path: string, entry: Uint8Array): Buffer {
    const found = this.#keys().find(termOf(entry));
    if (found === undefined)
      throw new BarrierIntegrityError("an entry's key is not in the keyring");
    return decryptEntry(found.key, path, entry);
  }

  #keys(): Keyring {
    if (this.#keyring === undefined) throw new BarrierSealedError();
    return this.#keyring;
  }
}

/** Thrown by whatever touches the storage after the keys were wiped. */
export class BarrierSealedError extends Error {
  override readonly name = "BarrierSealedError";
  constructor() {
    super("Vault is sealed");
  }
}
