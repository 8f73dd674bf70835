import type { Transaction } from "../src/barrier/transaction.ts";
import { Core } from "../src/core/core.ts";
import { MemoryStore } from "../src/storage/memory-store.ts";
import type { TokenPlan } from "../src/tokens/token-entry.ts";

/** The vault without its listeners, in memory: an open core with a clock that stands until a test moves it. */
export class TestCore implements AsyncDisposable {
  readonly log: string[] = [];
  readonly store = new MemoryStore();
  readonly core: Core;
  now = Date.parse("2026-03-01T12:00:00.500Z");
  keys: Buffer[] = [];
  rootToken = "";

  private constructor() {
    this.core = new Core({
      store: this.store,
      now: () => new Date(this.now),
      log: (line) => this.log.push(line),
      defaultLeaseTtl: 3600,
      maxLeaseTtl: 7200,
      clusterName: "test",
      apiAddress: "",
      storageType: "inmem",
    });
  }

  /** Initialised with one share, and unsealed. */
  static async start(): Promise<TestCore> {
    const vault = new TestCore();
    const { keys, rootToken } = await vault.core.initialise(1, 1);
    vault.keys = keys;
    vault.rootToken = rootToken;
    await vault.unseal();
    return vault;
  }

  async unseal(): Promise<void> {
    for (const key of this.keys) await this.core.unseal(Buffer.from(key));
  }

  advance(seconds: number): void {
    this.now += seconds * 1000;
  }

  /** What was done in a transaction that is durable by then. */
  async write<Result>(work: (tx: Transaction) => Result): Promise<Result> {
    const tx = this.core.barrier.begin();
    const result = work(tx);
    await tx.commit();
    return result;
  }

  read<Result>(work: (tx: Transaction) => Result): Result {
    return work(this.core.barrier.begin());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.core.seal();
    await this.store.close();
  }
}

/** A service token of an hour without a parent, but for what is given. */
export function plan(given: Partial<TokenPlan> = {}): TokenPlan {
  return {
    type: "service",
    policies: ["default"],
    path: "auth/token/create",
    displayName: "token",
    meta: null,
    numUses: 0,
    parent: "",
    creationTtl: 3600,
    explicitMaxTtl: 0,
    period: 0,
    renewable: true,
    boundCidrs: [],
    ...given,
  };
}
