import type { Transaction } from "../barrier/transaction.ts";
import { Fault } from "../core/fault.ts";
import { Acl } from "./acl.ts";
import { defaultPolicy } from "./default-policy.ts";
import { parsePolicy, type Policy, type PolicyError } from "./policy.ts";
import { responseWrapping, responseWrappingPolicy } from "./response-wrapping-policy.ts";

const prefix = "sys/policy/";
/** Nobody can change these. */
const builtInPolicies: ReadonlyMap<string, Policy> = new Map([
  ["root", { name: "root", raw: "", rules: [] }],
  [responseWrapping, parsePolicy(responseWrapping, responseWrappingPolicy)],
]);
/** Compiled sets kept; a stack has a few dozen, and a flood of odd ones must not fill the memory. */
const keptAcls = 500;

/** The named policies, and the compiled form of every set of them that a token has. Names are in lower case. */
export class PolicyStore {
  readonly #acls = new Map<string, Acl>();

  list(tx: Transaction): string[] {
    return [...tx.list(prefix), "root"].toSorted();
  }

  read(tx: Transaction, name: string): Policy | undefined {
    const builtIn = builtInPolicies.get(name);
    if (builtIn !== undefined) return builtIn;
    const stored = tx.get(prefix + name);
    return stored === undefined ? undefined : parsePolicy(name, stored.toString());
  }

  /** Throws a 400 fault for a text that is no policy, and for those that are built in. */
  write(tx: Transaction, name: string, raw: string): void {
    if (builtInPolicies.has(name)) throw Fault.badRequest(`cannot update "${name}" policy`);
    try {
      parsePolicy(name, raw);
    } catch (error) {
      throw Fault.badRequest((error as PolicyError).message);
    }
    tx.put(prefix + name, Buffer.from(raw));
    this.#invalidate(tx);
  }

  delete(tx: Transaction, name: string): void {
    if (builtInPolicies.has(name)) throw Fault.badRequest(`cannot delete "${name}" policy`);
    if (name === "default") throw Fault.badRequest("cannot delete default policy");
    tx.delete(prefix + name);
    this.#invalidate(tx);
  }

  /** Stores the built-in policy of a new vault. */
  initialise(tx: Transaction): void {
    tx.put(`${prefix}default`, Buffer.from(defaultPolicy));
  }

  /** Names without a policy grant nothing. */
  compile(tx: Transaction, names: readonly string[]): Acl {
    const key = JSON.stringify(names);
    const known = this.#acls.get(key);
    if (known !== undefined) return known;
    const policies = names
      .map((name) => this.read(tx, name))
      .filter((policy) => policy !== undefined);
    const acl = new Acl(policies);
    if (this.#acls.size >= keptAcls) this.forget();
    this.#acls.set(key, acl);
    return acl;
  }

  forget(): void {
    this.#acls.clear();
  }

  /** At once, since a write is visible to others before it is durable, and again for what was compiled meanwhile. */
  #invalidate(tx: Transaction): void {
    this.forget();
    tx.afterCommit(() => this.forget());
  }
}
