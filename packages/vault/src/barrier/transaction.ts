import type { Store, Write } from "../storage/store.ts";
import { View, type ViewSource } from "./view.ts";

/** What a transaction needs of the barrier: the cipher, bound to a path. */
export interface EntryCipher {
  encrypt(path: string, plaintext: Uint8Array): Buffer;
  decrypt(path: string, entry: Uint8Array): Buffer;
}

/**
 * What one request reads and writes. Its own writes are seen by its reads and reach the storage in one piece, or not
 * at all. Nothing locks: a handler that reads, awaits and then writes must read again after the await.
 */
export class Transaction implements ViewSource {
  readonly #store: Store;
  readonly #cipher: EntryCipher;
  readonly #writes = new Map<string, Uint8Array | undefined>();
  /** Commits of others that this one's answer rests on. */
  readonly #awaited = new Set<Promise<void>>();
  readonly #afterCommit: (() => void)[] = [];

  constructor(store: Store, cipher: EntryCipher) {
    this.#store = store;
    this.#cipher = cipher;
  }

  view(prefix: string): View {
    return new View(this, prefix);
  }

  get(key: string): Buffer | undefined {
    if (this.#writes.has(key)) {
      const own = this.#writes.get(key);
      return own === undefined ? undefined : Buffer.from(own);
    }
    const pending = this.#store.pending(key);
    if (pending !== undefined) this.#awaited.add(pending.durable);
    const entry = this.#store.get(key);
    return entry === undefined ? undefined : this.#cipher.decrypt(key, entry);
  }

  put(key: string, plaintext: Uint8Array): void {
    this.#writes.set(key, plaintext);
  }

  delete(key: string): void {
    this.#writes.set(key, undefined);
  }

  list(prefix: string): string[] {
    const pending = this.#store.settled();
    if (pending !== undefined) this.#awaited.add(pending);
    const names = new Set(this.#store.list(prefix));
    const removed = new Set<string>();
    for (const [key, value] of this.#writes) {
      if (!key.startsWith(prefix) || key === prefix) continue;
      const rest = key.slice(prefix.length);
      const slash = rest.indexOf("/");
      const name = slash === -1 ? rest : rest.slice(0, slash + 1);
      if (value !== undefined) names.add(name);
      else removed.add(name);
    }
    for (const name of removed)
      if (!name.endsWith("/") || this.list(prefix + name).length === 0) names.delete(name);
    return [...names].toSorted();
  }

  /** Runs once the writes are durable: the place to bring what is held in memory in line with them. */
  afterCommit(run: () => void): void {
    this.#afterCommit.push(run);
  }

  /**
   * The writes become visible to others at once; the promise resolves when they, and what was read, are durable.
   * `unencrypted` goes into the same piece as it is: what has to be read before there is a key.
   */
  async commit(unencrypted: readonly Write[] = []): Promise<void> {
    const own = [...this.#writes].map(([key, value]) => ({
      key,
      value: value === undefined ? undefined : this.#cipher.encrypt(key, value),
    }));
    const writes = [...own, ...unencrypted];
    this.#writes.clear();
    const waits = [...this.#awaited];
    this.#awaited.clear();
    if (writes.length > 0) waits.push(this.#store.apply(writes));
    await Promise.all(waits);
    for (const run of this.#afterCommit.splice(0)) run();
  }
}
