import { randomUUID } from "node:crypto";
import { AuditBroker } from "../audit/audit-broker.ts";
import { Barrier } from "../barrier/barrier.ts";
import type { Transaction } from "../barrier/transaction.ts";
import { engines } from "../engines/registry.ts";
import { PolicyStore } from "../policy/policy-store.ts";
import { fullPath, viewPrefix, type MountEntry } from "../routing/mount-entry.ts";
import { MountTable } from "../routing/mount-table.ts";
import { SealManager, unencryptedPaths } from "../seal/seal-manager.ts";
import type { Store } from "../storage/store.ts";
import type { TokenPlan } from "../tokens/token-entry.ts";
import { TokenReaper } from "../tokens/token-reaper.ts";
import { TokenStore } from "../tokens/token-store.ts";
import { Fault } from "./fault.ts";
import type { Log } from "./log.ts";
import type { Answer } from "./request.ts";

export interface CoreOptions {
  readonly store: Store;
  readonly now: () => Date;
  readonly log: Log;
  /** Vault's word for where the data lies. */
  readonly storageType: "file" | "inmem";
  /** Seconds. */
  readonly defaultLeaseTtl: number;
  readonly maxLeaseTtl: number;
  readonly clusterName: string;
  /** The address that sys/leader names, if one is known. */
  readonly apiAddress: string;
}

const clusterPath = "core/cluster";

/** Everything behind the HTTP side: the barrier and what is kept in memory while it is open. */
export class Core {
  readonly options: CoreOptions;
  readonly barrier: Barrier;
  readonly seals: SealManager;
  readonly mounts = new MountTable();
  readonly policies = new PolicyStore();
  readonly tokens: TokenStore;
  readonly audit: AuditBroker;
  readonly #reaper: TokenReaper;
  #clusterId = "";
  #initialising = false;

  constructor(options: CoreOptions) {
    this.options = options;
    this.barrier = new Barrier(options.store);
    this.seals = new SealManager(options.store, this.barrier, options.now);
    this.tokens = new TokenStore(this);
    this.audit = new AuditBroker(options.log);
    this.#reaper = new TokenReaper(this);
  }

  now(): Date {
    return this.options.now();
  }

  /** Known while unsealed. */
  get clusterId(): string {
    return this.#clusterId;
  }

  /**
   * Makes a new vault, leaves it sealed, and gives what is told only this once. A root token of the caller's own choice
   * is for dev mode alone.
   */
  async initialise(
    shares: number,
    threshold: number,
    rootTokenId?: string,
  ): Promise<{ keys: Buffer[]; rootToken: string }> {
    if (this.#initialising || this.barrier.initialised)
      throw Fault.badRequest("Vault is already initialized");
    this.#initialising = true;
    try {
      return await this.#initialise(shares, threshold, rootTokenId);
    } finally {
      this.#initialising = false;
    }
  }

  async #initialise(
    shares: number,
    threshold: number,
    rootTokenId: string | undefined,
  ): Promise<{ keys: Buffer[]; rootToken: string }> {
    const { keys, writes } = await this.seals.initialise(shares, threshold);
    const tx = this.barrier.begin();
    const mounts = MountTable.initial();
    MountTable.store(tx, mounts);
    for (const mount of mounts) this.initialiseMount(tx, mount);
    this.policies.initialise(tx);
    tx.put(clusterPath, Buffer.from(JSON.stringify({ id: randomUUID() })));
    const plan: TokenPlan = {
      type: "service",
      policies: ["root"],
      path: "auth/token/root",
      displayName: "root",
      meta: null,
      numUses: 0,
      parent: "",
      creationTtl: 0,
      explicitMaxTtl: 0,
      period: 0,
      renewable: false,
      boundCidrs: [],
    };
    const root = this.tokens.create(tx, plan, rootTokenId);
    try {
      await tx.commit(writes);
    } finally {
      this.seal();
    }
    return { keys, rootToken: root.id };
  }

  /** True once the barrier is open. */
  async unseal(share: Buffer): Promise<boolean> {
    if (!this.barrier.sealed) return true;
    if (!(await this.seals.offer(share))) return false;
    try {
      this.#load();
    } catch (error) {
      // Half of what has to be known in memory is not enough to serve with.
      this.seal();
      throw error;
    }
    this.#reaper.start();
    this.options.log("unsealed");
    void this.#lookForDamage();
    return true;
  }

  #load(): void {
    const tx = this.barrier.begin();
    this.mounts.load(tx);
    this.audit.load(tx);
    const cluster = tx.get(clusterPath);
    this.#clusterId =
      cluster === undefined ? "" : (JSON.parse(cluster.toString()) as { id: string }).id;
  }

  /** Names what does not decrypt in the log. A few entries a turn: nobody waits for it. */
  async #lookForDamage(): Promise<void> {
    const paths = [...this.options.store.keys()].filter((path) => !unencryptedPaths.includes(path));
    for (const [index, path] of paths.entries()) {
      if (index % 20 === 0) await new Promise(setImmediate);
      if (this.barrier.sealed) return;
      if (this.barrier.isDamaged(path))
        this.options.log(
          `the storage is damaged: the entry ${JSON.stringify(path)} does not decrypt`,
          "error",
        );
    }
  }

  /** Wipes the keys and all that was read with them. */
  seal(): void {
    const wasOpen = !this.barrier.sealed;
    this.#reaper.stop();
    this.seals.seal();
    this.tokens.forget();
    this.policies.forget();
    this.mounts.clear();
    this.audit.close();
    this.#clusterId = "";
    if (wasOpen) this.options.log("sealed");
  }

  initialiseMount(tx: Transaction, mount: MountEntry): void {
    engines.get(mount.type)?.initialise?.(tx.view(viewPrefix(mount)), mount);
  }

  /** Brings what a mount stores in line with options that changed; the answer warns of what was done. */
  upgradeMount(tx: Transaction, before: MountEntry, after: MountEntry): Answer | undefined {
    return engines
      .get(after.type)
      ?.upgrade?.(tx.view(viewPrefix(after)), before, after, this.now());
  }

  /** Takes a mount out of the table and deletes what it stored. */
  removeMount(tx: Transaction, mount: MountEntry): void {
    this.mounts.remove(tx, mount);
    tx.view(viewPrefix(mount)).clear();
    if (mount.auth) this.tokens.revokeByPath(tx, fullPath(mount));
  }

  /** Lets the reaper know of a token that may expire before all others. */
  noticeExpiry(expires: number): void {
    this.#reaper.notice(expires);
  }

  /** Seconds: what leases of a mount get when nothing is asked for, and at most. */
  leaseLimits(mount: MountEntry): { defaultLeaseTtl: number; maxLeaseTtl: number } {
    const { defaultLeaseTtl, maxLeaseTtl } = this.options;
    return {
      defaultLeaseTtl: mount.config.default_lease_ttl || defaultLeaseTtl,
      maxLeaseTtl: mount.config.max_lease_ttl || maxLeaseTtl,
    };
  }
}
