import { randomUUID } from "node:crypto";
import type { View } from "../../barrier/view.ts";
import { Salt } from "../../core/salt.ts";

/** A secret-id as it is stored, under the salted HMAC of itself. */
export interface SecretId {
  readonly accessor: string;
  /** Logins left; 0 for any number. */
  readonly numUses: number;
  /** Seconds; 0 for no end. */
  readonly ttl: number;
  /** Milliseconds since 1970; `expires` 0 for never. */
  readonly created: number;
  readonly updated: number;
  readonly expires: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly cidrList: readonly string[];
  readonly tokenBoundCidrs: readonly string[];
}

const secrets = "secret_id/";
const accessors = "accessor/";

/** The secret-ids of one role. */
export class SecretIds {
  readonly #view: View;
  readonly #salt: Salt;
  readonly #role: string;
  readonly #now: number;

  constructor(view: View, roleName: string, now: Date) {
    this.#view = view;
    this.#salt = Salt.of(view);
    this.#role = this.#salt.hash(`role:${roleName.toLowerCase()}`);
    this.#now = now.getTime();
  }

  /** The lookup is by a keyed hash of the whole secret-id, so its time tells nothing of the ids that exist. */
  find(secretId: string): SecretId | undefined {
    return this.#read(this.#salt.hash(secretId));
  }

  findAccessor(accessor: string): SecretId | undefined {
    const hash = this.#hashOf(accessor);
    return hash === undefined ? undefined : this.#read(hash);
  }

  create(
    secretId: string,
    from: Pick<SecretId, "numUses" | "ttl" | "metadata" | "cidrList" | "tokenBoundCidrs">,
  ): SecretId {
    const entry: SecretId = {
      ...from,
      accessor: randomUUID(),
      created: this.#now,
      updated: this.#now,
      expires: from.ttl > 0 ? this.#now + from.ttl * 1000 : 0,
    };
    const hash = this.#salt.hash(secretId);
    const before = this.#view.readJson<SecretId>(this.#keyOf(hash));
    if (before !== undefined) this.#view.delete(this.#accessorKey(before.accessor));
    this.#view.writeJson(this.#keyOf(hash), entry);
    this.#view.put(this.#accessorKey(entry.accessor), Buffer.from(hash));
    return entry;
  }

  /** Takes one login of those that are left; the last one removes the secret-id. */
  spend(secretId: string, entry: SecretId): void {
    if (entry.numUses === 0) return;
    if (entry.numUses === 1) return this.remove(secretId);
    const spent = { ...entry, numUses: entry.numUses - 1, updated: this.#now };
    this.#view.writeJson(this.#keyOf(this.#salt.hash(secretId)), spent);
  }

  remove(secretId: string): void {
    this.#remove(this.#salt.hash(secretId));
  }

  removeAccessor(accessor: string): void {
    const hash = this.#hashOf(accessor);
    if (hash !== undefined) this.#remove(hash);
  }

  /** Accessors of those that are still good. */
  list(): string[] {
    return this.#view
      .list(`${secrets}${this.#role}/`)
      .map((hash) => this.#read(hash)?.accessor)
      .filter((accessor) => accessor !== undefined)
      .toSorted();
  }

  clear(): void {
    for (const hash of this.#view.list(`${secrets}${this.#role}/`)) this.#remove(hash);
  }

  /** Removes those that have expired. */
  tidy(): void {
    for (const hash of this.#view.list(`${secrets}${this.#role}/`)) {
      if (this.#read(hash) === undefined) this.#remove(hash);
    }
  }

  #read(hash: string): SecretId | undefined {
    const entry = this.#view.readJson<SecretId>(this.#keyOf(hash));
    if (entry === undefined) return undefined;
    return entry.expires > 0 && entry.expires <= this.#now ? undefined : entry;
  }

  #remove(hash: string): void {
    const entry = this.#view.readJson<SecretId>(this.#keyOf(hash));
    if (entry === undefined) return;
    this.#view.delete(this.#accessorKey(entry.accessor));
    this.#view.delete(this.#keyOf(hash));
  }

  #hashOf(accessor: string): string | undefined {
    return this.#view.get(this.#accessorKey(accessor))?.toString();
  }

  /** Within the role, so that an accessor of another role finds nothing. */
  #accessorKey(accessor: string): string {
    return `${accessors}${this.#role}/${this.#salt.hash(accessor)}`;
  }

  #keyOf(hash: string): string {
    return `${secrets}${this.#role}/${hash}`;
  }
}

export function describeSecretId(entry: SecretId): Record<string, unknown> {
  return {
    cidr_list: entry.cidrList,
    creation_time: new Date(entry.created).toISOString(),
    expiration_time:
      entry.expires === 0 ? "0001-01-01T00:00:00Z" : new Date(entry.expires).toISOString(),
    last_updated_time: new Date(entry.updated).toISOString(),
    metadata: entry.metadata,
    secret_id_accessor: entry.accessor,
    secret_id_num_uses: entry.numUses,
    secret_id_ttl: entry.ttl,
    token_bound_cidrs: entry.tokenBoundCidrs,
  };
}
