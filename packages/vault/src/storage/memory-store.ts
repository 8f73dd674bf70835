import { isTooLong, KeyTooLongError, type Store, type Write } from "./store.ts";

/** Holds everything in memory and loses it with the process: what Vault calls "inmem". */
export class MemoryStore implements Store {
  readonly #entries = new Map<string, Uint8Array>();

  get(key: string): Uint8Array | undefined {
    return this.#entries.get(key);
  }

  /** Nothing is ever on its way. */
  pending(): undefined {
    return undefined;
  }

  list(prefix: string): string[] {
    const found = new Set<string>();
    for (const key of this.#entries.keys()) {
      if (!key.startsWith(prefix) || key === prefix) continue;
      const rest = key.slice(prefix.length);
      const slash = rest.indexOf("/");
      found.add(slash === -1 ? rest : rest.slice(0, slash + 1));
    }
    return [...found].toSorted();
  }

  keys(): Iterable<string> {
    return [...this.#entries.keys()].toSorted();
  }

  settled(): undefined {
    return undefined;
  }

  async apply(writes: readonly Write[]): Promise<void> {
    if (writes.some(({ key }) => isTooLong(key)))
      throw new KeyTooLongError("a key has too many bytes");
    for (const { key, value } of writes) {
      if (value === undefined) this.#entries.delete(key);
      else this.#entries.set(key, value);
    }
  }

  async close(): Promise<void> {
    this.#entries.clear();
  }
}
