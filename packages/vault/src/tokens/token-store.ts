import type { Transaction } from "../barrier/transaction.ts";
import type { Core } from "../core/core.ts";
import { randomBase62 } from "../core/random-id.ts";
import { Salt } from "../core/salt.ts";
import { batchPrefix, decodeBatchToken, encodeBatchToken } from "./batch-token.ts";
import { withinCidrs } from "./cidr.ts";
import { dequeueExpiry, enqueueExpiry } from "./expiry-queue.ts";
import type { TokenEntry, TokenPlan } from "./token-entry.ts";

const base = "sys/token/";
const byId = `${base}id/`;
const byAccessor = `${base}accessor/`;
const byParent = `${base}parent/`;

/** Of a token's own cubbyhole, by the token's hash. */
export function cubbyholePrefix(hash: string): string {
  return `${base}cubbyhole/${hash}/`;
}

export interface NewToken {
  /** The token itself, which is told once and not stored. */
  readonly id: string;
  readonly entry: TokenEntry;
}

/** The tokens in the barrier, under salted HMACs, with indexes by accessor, parent and time of expiry. */
export class TokenStore {
  readonly #core: Core;
  #salt: Salt | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  forget(): void {
    this.#salt = undefined;
  }

  hash(tx: Transaction, id: string): string {
    this.#salt ??= Salt.of(tx.view(base));
    return this.#salt.hash(id);
  }

  /** `id` only where the caller chose the token. */
  create(tx: Transaction, plan: TokenPlan, id?: string): NewToken {
    const created = this.#core.now().getTime();
    const expires = plan.creationTtl > 0 ? created + plan.creationTtl * 1000 : 0;
    if (plan.type === "batch") {
      const entry = { ...plan, hash: "", accessor: "", created, expires };
      return { id: encodeBatchToken(this.#core.barrier, entry), entry };
    }
    const token = id ?? `hvs.${randomBase62(28)}`;
    const entry = {
      ...plan,
      hash: this.hash(tx, token),
      accessor: randomBase62(24),
      created,
      expires,
    };
    this.save(tx, entry);
    tx.put(byAccessor + entry.accessor, Buffer.from(entry.hash));
    if (entry.parent !== "") tx.put(`${byParent}${entry.parent}/${entry.hash}`, Buffer.alloc(0));
    if (expires > 0) this.#enqueue(tx, expires, entry.hash);
    return { id: token, entry };
  }

  save(tx: Transaction, entry: TokenEntry): void {
    tx.put(byId + entry.hash, Buffer.from(JSON.stringify(entry)));
  }

  /** A token that may still be used. */
  lookup(tx: Transaction, id: string): TokenEntry | undefined {
    if (id.startsWith(batchPrefix)) return this.#lookupBatch(tx, id);
    return this.lookupHash(tx, this.hash(tx, id));
  }

  /** A token that may still be used, and from this address. */
  lookupFrom(tx: Transaction, id: string, address: string): TokenEntry | undefined {
    const entry = this.lookup(tx, id);
    return entry !== undefined && withinCidrs(address, entry.boundCidrs) ? entry : undefined;
  }

  #lookupBatch(tx: Transaction, id: string): TokenEntry | undefined {
    const entry = decodeBatchToken(this.#core.barrier, id);
    if (entry === undefined || this.#expired(entry)) return undefined;
    return entry.parent === "" || this.lookupHash(tx, entry.parent) !== undefined
      ? entry
      : undefined;
  }

  lookupHash(tx: Transaction, hash: string): TokenEntry | undefined {
    const entry = this.#stored(tx, hash);
    return entry === undefined || entry.numUses < 0 || this.#expired(entry) ? undefined : entry;
  }

  lookupAccessor(tx: Transaction, accessor: string): TokenEntry | undefined {
    const hash = tx.get(byAccessor + accessor)?.toString();
    return hash === undefined ? undefined : this.lookupHash(tx, hash);
  }

  accessors(tx: Transaction): string[] {
    return tx.list(byAccessor);
  }

  /** Takes one use of a token that has a number of them; the entry as it is then. */
  spend(tx: Transaction, entry: TokenEntry): TokenEntry {
    if (entry.numUses === 0) return entry;
    const spent = { ...entry, numUses: entry.numUses === 1 ? -1 : entry.numUses - 1 };
    this.save(tx, spent);
    return spent;
  }

  /** `ttl` in seconds from now. */
  renew(tx: Transaction, entry: TokenEntry, ttl: number): TokenEntry {
    const now = this.#core.now().getTime();
    const renewed = { ...entry, expires: now + ttl * 1000, lastRenewed: now };
    dequeueExpiry(tx, entry.expires, entry.hash);
    this.#enqueue(tx, renewed.expires, entry.hash);
    this.save(tx, renewed);
    return renewed;
  }

  /** The token, its cubbyhole, and all that descends from it. */
  revokeTree(tx: Transaction, hash: string): void {
    const waiting = [hash];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      waiting.push(...tx.list(`${byParent}${next}/`));
      this.#remove(tx, next);
    }
  }

  /** The tokens that were given out under a path that ends in "/", or is empty; that of the initialisation has no lease. */
  createdUnder(tx: Transaction, path: string): TokenEntry[] {
    return this.#allStored(tx, tx.list(byId)).filter(
      (entry) =>
        `${entry.path}/`.startsWith(path) && entry.path !== "auth/token/root" && entry.numUses >= 0,
    );
  }

  /** Every token that was given out under a path, as when its auth method is disabled. */
  revokeByPath(tx: Transaction, path: string): void {
    for (const { hash } of this.createdUnder(tx, path)) this.revokeTree(tx, hash);
  }

  /** Removes tokens that have expired or are spent. */
  tidy(tx: Transaction): void {
    for (const hash of tx.list(byId))
      if (this.lookupHash(tx, hash) === undefined) this.revokeTree(tx, hash);
  }

  /** The token alone; its children become orphans. */
  revokeOrphaning(tx: Transaction, hash: string): void {
    for (const entry of this.#allStored(tx, tx.list(`${byParent}${hash}/`)))
      this.save(tx, { ...entry, parent: "" });
    this.#remove(tx, hash);
  }

  #enqueue(tx: Transaction, expires: number, hash: string): void {
    enqueueExpiry(tx, expires, hash);
    tx.afterCommit(() => this.#core.noticeExpiry(expires));
  }

  #remove(tx: Transaction, hash: string): void {
    const entry = this.#stored(tx, hash);
    tx.view(`${byParent}${hash}/`).clear();
    tx.view(cubbyholePrefix(hash)).clear();
    if (entry === undefined) return;
    tx.delete(byId + hash);
    tx.delete(byAccessor + entry.accessor);
    tx.delete(`${byParent}${entry.parent}/${hash}`);
    dequeueExpiry(tx, entry.expires, hash);
  }

  #stored(tx: Transaction, hash: string): TokenEntry | undefined {
    const stored = tx.get(byId + hash);
    return stored === undefined ? undefined : (JSON.parse(stored.toString()) as TokenEntry);
  }

  #allStored(tx: Transaction, hashes: readonly string[]): TokenEntry[] {
    return hashes.map((hash) => this.#stored(tx, hash)).filter((entry) => entry !== undefined);
  }

  #expired(entry: TokenEntry): boolean {
    return entry.expires > 0 && entry.expires <= this.#core.now().getTime();
  }
}
