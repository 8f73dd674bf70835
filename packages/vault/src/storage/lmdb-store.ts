import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import { commitFailureReason } from "./commit-failure.ts";
import { checkLmdbFile } from "./check-lmdb-file.ts";
import { StorageDamagedError } from "./storage-damaged-error.ts";
import { isTooLong, KeyTooLongError, type PendingValue, type Store, type Write } from "./store.ts";

interface Batch {
  readonly writes: Write[];
  readonly durable: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

interface PendingWrite extends PendingValue {
  readonly batch: Batch;
}

function createBatch(): Batch {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Whoever applied the writes awaits this; without a second listener a failure would also count as unhandled.
  promise.catch(() => undefined);
  return { writes: [], durable: promise, resolve, reject };
}

/** What is larger takes too long to look through, and too much memory. */
const largestChecked = 1024 * 1024 * 1024;

/** The file that holds everything in a storage folder. */
export const dataFile = "vault.mdb";

/**
 * The store on LMDB. Writes that arrive while a commit is under way go out together in the next one (group commit).
 * `overlappingSync` is off, since lmdb then promises no more than that a commit is visible when its put resolves.
 */
export class LmdbStore implements Store {
  readonly #db;
  readonly #pending = new Map<string, PendingWrite>();
  #next: Batch | undefined;
  #committing: Batch | undefined;
  #running: Promise<void> | undefined;

  /** Throws StorageDamagedError for a file that LMDB would stumble over. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, dataFile);
    const made = `${path}-made`;
    const fresh = !existsSync(path);
    checkBefore(path, existsSync(made));
    this.#db = open<Uint8Array, string>({
      path,
      noSubdir: true,
      encoding: "binary",
      overlappingSync: false,
      maxDbs: 1,
    });
    // LMDB creates its files 664 less the umask, which a caller other than the server may not have tightened.
    if (fresh)
      for (const file of [path, `${path}-lock`]) if (existsSync(file)) chmodSync(file, 0o600);
    if (!existsSync(made)) writeFileSync(made, "", { mode: 0o600 });
  }

  get(key: string): Uint8Array | undefined {
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending.value;
    return isTooLong(key) ? undefined : this.#db.getBinary(key);
  }

  pending(key: string): PendingValue | undefined {
    return this.#pending.get(key);
  }

  list(prefix: string): string[] {
    const found = new Set<string>();
    if (isTooLong(prefix)) return [];
    const end = after(prefix);
    let start = prefix;
    // A folder is one seek, however much lies in it: after its first key the scan resumes behind its last.
    for (;;) {
      let folder: string | undefined;
      for (const key of this.#db.getKeys({ start, ...(end === undefined ? {} : { end }) })) {
        const rest = key.slice(prefix.length);
        if (rest === "") continue;
        const slash = rest.indexOf("/");
        if (slash === -1) {
          if (this.#pending.get(key)?.value !== undefined || !this.#pending.has(key))
            found.add(rest);
          continue;
        }
        folder = rest.slice(0, slash + 1);
        if (this.#hasLiving(prefix + folder)) found.add(folder);
        break;
      }
      if (folder === undefined) break;
      start = after(prefix + folder) ?? prefix;
    }
    for (const [key, { value }] of this.#pending) {
      if (value === undefined || !key.startsWith(prefix) || key === prefix) continue;
      const rest = key.slice(prefix.length);
      const slash = rest.indexOf("/");
      found.add(slash === -1 ? rest : rest.slice(0, slash + 1));
    }
    return [...found].toSorted();
  }

  /** Whether anything under a folder outlives the deletions that are on their way. */
  #hasLiving(folder: string): boolean {
    if (this.#pending.size === 0) return true;
    for (const key of this.#db.getKeys({ start: folder, end: after(folder) ?? folder })) {
      const pending = this.#pending.get(key);
      if (pending === undefined || pending.value !== undefined) return true;
    }
    return false;
  }

  keys(): Iterable<string> {
    return this.#db.getKeys({});
  }

  settled(): Promise<void> | undefined {
    return this.#next?.durable ?? this.#committing?.durable;
  }

  apply(writes: readonly Write[]): Promise<void> {
    if (writes.length === 0) return Promise.resolve();
    if (writes.some(({ key }) => isTooLong(key))) {
      return Promise.reject(new KeyTooLongError("a key has too many bytes"));
    }
    const batch = (this.#next ??= createBatch());
    for (const write of writes) {
      batch.writes.push(write);
      this.#pending.set(write.key, { value: write.value, durable: batch.durable, batch });
    }
    this.#running ??= this.#run();
    return batch.durable;
  }

  async #run(): Promise<void> {
    // One turn of the event loop gathers the writes of every request that arrived together.
    await new Promise(setImmediate);
    while (this.#next !== undefined) {
      const batch = this.#next;
      this.#next = undefined;
      this.#committing = batch;
      try {
        await this.#commit(batch.writes);
        this.#forget(batch);
        batch.resolve();
      } catch (error) {
        this.#forget(batch);
        batch.reject(error);
      }
    }
    this.#committing = undefined;
    this.#running = undefined;
  }

  /** lmdb puts all writes of one turn of the event loop in one transaction. */
  async #commit(writes: readonly Write[]): Promise<void> {
    const done = writes.map(({ key, value }) =>
      value === undefined ? this.#db.remove(key) : this.#db.put(key, value),
    );
    try {
      await Promise.all(done);
    } catch (error) {
      throw await commitFailureReason(error);
    }
  }

  #forget(batch: Batch): void {
    for (const { key } of batch.writes) {
      if (this.#pending.get(key)?.batch === batch) this.#pending.delete(key);
    }
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#db.close();
  }
}

/** A file that is gone or empty is a new one only where there never was another. */
function checkBefore(path: string, made: boolean): void {
  const size = existsSync(path) ? statSync(path).size : 0;
  if (size === 0 && made)
    throw new StorageDamagedError(path, "it is empty or gone, and was not before");
  if (size === 0 || size > largestChecked) return;
  try {
    checkLmdbFile(path, readFileSync(path));
  } catch {
    // A process that is just ending may have written in between.
    checkLmdbFile(path, readFileSync(path));
  }
}

/** The first key behind every key that starts with a prefix; none for the empty prefix. */
function after(prefix: string): string | undefined {
  if (prefix === "") return undefined;
  const last = prefix.charCodeAt(prefix.length - 1);
  return prefix.slice(0, -1) + String.fromCharCode(last + 1);
}
