import type { Capability, ParameterRules, PathRule } from "./policy.ts";

/** What all policies of a token together say about one path as it is written in them. */
export class MergedRule {
  #capabilities: Set<Capability>;
  readonly #allowed: Map<string, readonly unknown[]>;
  readonly #denied: Map<string, readonly unknown[]>;
  readonly #required: Set<string>;
  #minWrappingTtl: number;
  #maxWrappingTtl: number;

  constructor(rule: PathRule) {
    this.#capabilities = new Set(rule.capabilities);
    this.#allowed = new Map(rule.allowed);
    this.#denied = new Map(rule.denied);
    this.#required = new Set(rule.required);
    this.#minWrappingTtl = rule.minWrappingTtl;
    this.#maxWrappingTtl = rule.maxWrappingTtl;
  }

  /** Capabilities unite, except that one deny takes everything; wrapping times take the shorter. */
  merge(rule: PathRule): void {
    if (this.#capabilities.has("deny")) return;
    if (rule.capabilities.has("deny")) {
      this.#capabilities = new Set(["deny"]);
      return;
    }
    for (const capability of rule.capabilities) this.#capabilities.add(capability);
    mergeParameters(this.#allowed, rule.allowed);
    mergeParameters(this.#denied, rule.denied);
    for (const name of rule.required) this.#required.add(name);
    this.#minWrappingTtl = shorter(this.#minWrappingTtl, rule.minWrappingTtl);
    this.#maxWrappingTtl = shorter(this.#maxWrappingTtl, rule.maxWrappingTtl);
  }

  /** Whether it lets anything be done at all. */
  get grants(): boolean {
    return this.#capabilities.size > 0 && !this.has("deny");
  }

  has(capability: Capability): boolean {
    return this.#capabilities.has(capability);
  }

  /** Sorted; `["deny"]` when nothing is granted. */
  capabilities(): string[] {
    return this.#capabilities.size === 0 ? ["deny"] : [...this.#capabilities].toSorted();
  }

  /** `wrapTtl` in seconds, 0 when the answer is not to be wrapped. */
  allowsWrapping(wrapTtl: number): boolean {
    if (this.#maxWrappingTtl > 0 && (wrapTtl === 0 || wrapTtl > this.#maxWrappingTtl)) return false;
    return wrapTtl >= this.#minWrappingTtl;
  }

  allowsParameters(data: Readonly<Record<string, unknown>>): boolean {
    // A list, since names that differ only in case must not hide one another.
    const given = Object.entries(data).map(([name, value]) => [name.toLowerCase(), value] as const);
    // Only here does the case of what is given count: Vault looks for the name in lower case.
    for (const name of this.#required) if (!Object.hasOwn(data, name.toLowerCase())) return false;
    if (given.length === 0) return true;
    if (this.#denied.has("*")) return false;
    for (const [name, value] of given) {
      const values = this.#denied.get(name);
      if (values !== undefined && contains(values, value)) return false;
    }
    if (this.#allowed.size === 0) return true;
    const others = this.#allowed.has("*");
    for (const [name, value] of given) {
      const values = this.#allowed.get(name);
      if (values === undefined ? !others : !contains(values, value)) return false;
    }
    return true;
  }
}

function mergeParameters(into: Map<string, readonly unknown[]>, from: ParameterRules): void {
  for (const [name, values] of from) {
    const known = into.get(name);
    // An empty list means any value, and stays so.
    into.set(name, values.length === 0 || known?.length === 0 ? [] : [...values, ...(known ?? [])]);
  }
}

function shorter(a: number, b: number): number {
  if (a === 0 || b === 0) return Math.max(a, b);
  return Math.min(a, b);
}

/** An empty list holds every value; strings may have one `*` at either end. */
function contains(values: readonly unknown[], value: unknown): boolean {
  return values.length === 0 || values.some((pattern) => matches(pattern, value));
}

function matches(pattern: unknown, value: unknown): boolean {
  if (typeof pattern === "string" && typeof value === "string") {
    const start = pattern.startsWith("*");
    const end = pattern.endsWith("*");
    if (start && end) return value.includes(pattern.slice(1, -1));
    if (start) return value.endsWith(pattern.slice(1));
    if (end) return value.startsWith(pattern.slice(0, -1));
    return value === pattern;
  }
  return typeof pattern !== "object" && JSON.stringify(pattern) === JSON.stringify(value);
}
