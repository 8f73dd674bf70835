/** A token as it is stored: everything but the token itself. */
export interface TokenEntry {
  /** The salted HMAC under which it lies; empty for a batch token, which is not stored. */
  readonly hash: string;
  readonly accessor: string;
  readonly type: "service" | "batch";
  readonly policies: readonly string[];
  /** Where it was created: "auth/token/create", "auth/approle/login". */
  readonly path: string;
  readonly displayName: string;
  readonly meta: Readonly<Record<string, string>> | null;
  /** Uses left; 0 stands for any number, -1 for spent. */
  readonly numUses: number;
  /** The parent's hash; empty for an orphan. */
  readonly parent: string;
  /** Times in milliseconds since 1970; `expires` 0 for never. */
  readonly created: number;
  readonly expires: number;
  readonly lastRenewed?: number;
  /** Lengths in seconds; 0 for none. */
  readonly creationTtl: number;
  readonly explicitMaxTtl: number;
  readonly period: number;
  readonly renewable: boolean;
  /** What a renewal gives when nothing is asked for, and how long the token may live at most, as its role says. */
  readonly roleTtl?: number;
  readonly roleMaxTtl?: number;
  readonly boundCidrs: readonly string[];
  /** The token role it was created by. */
  readonly role?: string;
}

/** What a new token is made from; the store adds hash, accessor and times. */
export type TokenPlan = Omit<
  TokenEntry,
  "hash" | "accessor" | "created" | "expires" | "lastRenewed"
>;
