import { randomBytes, randomUUID, timingSafeEqual, type KeyObject } from "node:crypto";
import { decryptEntry, encryptEntry } from "../barrier/aes-gcm.ts";
import type { Barrier } from "../barrier/barrier.ts";
import { collectGarbage } from "../barrier/collect-garbage.ts";
import { secretKey } from "../barrier/keyring.ts";
import { Fault } from "../core/fault.ts";
import type { Store, Write } from "../storage/store.ts";
import { combineShares, splitKey } from "./shamir.ts";

const configPath = "core/seal-config";
const rootKeyPath = "core/root-key";
/** What is read before there is a key to decrypt with. */
export const unencryptedPaths: readonly string[] = [configPath, rootKeyPath];
const keyBytes = 32;
const minimumShareBytes = 16;

interface SealConfig {
  readonly shares: number;
  readonly threshold: number;
  /** ISO time of the initialisation. */
  readonly created: string;
}

export interface UnsealProgress {
  readonly shares: number;
  readonly threshold: number;
  readonly progress: number;
  readonly nonce: string;
}

/** Opens and shuts the barrier: shares → unseal key → root key → keyring. */
export class SealManager {
  readonly #store: Store;
  readonly #barrier: Barrier;
  readonly #now: () => Date;
  #given: Buffer[] = [];
  #nonce = "";
  /** Held while unsealed, for rotating the keyring; wiped when sealing. */
  #rootKey: KeyObject | undefined;

  constructor(store: Store, barrier: Barrier, now: () => Date) {
    this.#store = store;
    this.#barrier = barrier;
    this.#now = now;
  }

  /**
   * Makes a new barrier and opens it. Gives the shares of its unseal key, which nothing stores, and the writes that
   * make it last: the caller stores them together with what a new vault contains.
   */
  async initialise(
    shares: number,
    threshold: number,
  ): Promise<{ keys: Buffer[]; writes: Write[] }> {
    const unsealKey = randomBytes(keyBytes);
    const rootKeyBytes = randomBytes(keyBytes);
    const config: SealConfig = { shares, threshold, created: this.#now().toISOString() };
    const keys = await splitKey(unsealKey, shares, threshold);
    const wrapped = encryptEntry(secretKey(unsealKey), 0, rootKeyPath, rootKeyBytes);
    const rootKey = secretKey(rootKeyBytes);
    const writes = [
      { key: configPath, value: Buffer.from(JSON.stringify(config)) },
      { key: rootKeyPath, value: wrapped },
      this.#barrier.initialise(rootKey, this.#now()),
    ];
    this.#rootKey = rootKey;
    return { keys, writes };
  }

  progress(): UnsealProgress {
    const { shares, threshold } = this.#config() ?? { shares: 0, threshold: 0 };
    return { shares, threshold, progress: this.#given.length, nonce: this.#nonce };
  }

  reset(): void {
    for (const share of this.#given) share.fill(0);
    this.#given = [];
    this.#nonce = "";
  }

  /** Takes one share; true when it opened the barrier. A share given before changes nothing. */
  async offer(share: Buffer): Promise<boolean> {
    const config = this.#config();
    if (config === undefined) throw Fault.badRequest("Vault is not initialized");
    this.#checkLength(share);
    if (
      !this.#given.some((known) => known.length === share.length && timingSafeEqual(known, share))
    ) {
      if (this.#nonce === "") this.#nonce = randomUUID();
      this.#given.push(share);
    }
    if (this.#given.length < config.threshold) return false;
    const shares = this.#given;
    this.#given = [];
    this.#nonce = "";
    try {
      await this.#open(shares, config.threshold);
    } catch (error) {
      // Which share is the bad one can't be told, so all of them have to be given again.
      throw Fault.badRequest("unseal failed, invalid key", error);
    } finally {
      for (const part of shares) part.fill(0);
    }
    return true;
  }

  async #open(shares: readonly Buffer[], threshold: number): Promise<void> {
    const wrapped = this.#store.get(rootKeyPath);
    if (wrapped === undefined) throw new Error("the storage has no root key");
    const unsealKey = await combineShares(shares, threshold);
    if (unsealKey.length !== keyBytes) throw new Error("the shares give a key of the wrong size");
    const rootKey = secretKey(decryptEntry(secretKey(unsealKey), rootKeyPath, wrapped));
    this.#barrier.unseal(rootKey);
    this.#rootKey = rootKey;
  }

  async rotate(): Promise<void> {
    if (this.#rootKey === undefined) throw Fault.sealed();
    await this.#barrier.rotate(this.#rootKey, this.#now());
  }

  seal(): void {
    this.reset();
    this.#rootKey = undefined;
    this.#barrier.seal();
    collectGarbage();
  }

  #checkLength(share: Buffer): void {
    if (share.length < minimumShareBytes) {
      throw Fault.badRequest(`invalid key: key is shorter than minimum ${minimumShareBytes} bytes`);
    }
    if (share.length > keyBytes + 1) {
      throw Fault.badRequest(`invalid key: key is longer than maximum ${keyBytes + 1} bytes`);
    }
  }

  #config(): SealConfig | undefined {
    const stored = this.#store.get(configPath);
    return stored === undefined
      ? undefined
      : (JSON.parse(Buffer.from(stored).toString()) as SealConfig);
  }
}
