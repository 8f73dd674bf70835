/** One change of a stored entry; no value deletes it. */
export interface Write {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** A value that is on its way to the disk, and the promise that settles once it is there. */
export interface PendingValue {
  readonly value: Uint8Array | undefined;
  readonly durable: Promise<void>;
}

/** LMDB's own limit in bytes, less what the encoding of a key may add to it; the same for every store. */
const longestKey = 1900;

/** Of such a key there can't be anything. */
export function isTooLong(key: string): boolean {
  return key.length > longestKey / 3 && Buffer.byteLength(key) > longestKey;
}

/** A key has more bytes than the store takes. */
export class KeyTooLongError extends Error {
  override readonly name = "KeyTooLongError";
}

/** Ordered keys with opaque values. Reads see every applied write at once, also those not yet on disk. */
export interface Store {
  get(key: string): Uint8Array | undefined;
  /** The write of this key that has not reached the disk yet, if any: who answers from it must await it first. */
  pending(key: string): PendingValue | undefined;
  /** What lies directly under a prefix that ends in "/" (or is empty), in order; folders end in "/". */
  list(prefix: string): string[];
  /** Of everything that is on disk, in order. */
  keys(): Iterable<string>;
  /** Settles once everything applied so far is on disk; undefined when it is already. */
  settled(): Promise<void> | undefined;
  /** All of the writes or none; resolves when they survive a power cut. Rejects with KeyTooLongError. */
  apply(writes: readonly Write[]): Promise<void>;
  /** Waits for everything that was applied, then lets go of the files. */
  close(): Promise<void>;
}
