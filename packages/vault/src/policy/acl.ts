import type { Operation } from "../core/request.ts";
import { MergedRule } from "./merged-rule.ts";
import type { Policy } from "./policy.ts";

export interface AccessQuestion {
  readonly path: string;
  readonly operation: Operation;
  readonly data: Readonly<Record<string, unknown>>;
  /** Seconds; 0 when the answer is not to be wrapped. */
  readonly wrapTtl: number;
  /** The path is one that only sudo opens. */
  readonly sudo: boolean;
}

interface Wildcard {
  /** As written, less a final `*`. */
  readonly path: string;
  readonly segments: readonly string[];
  readonly prefix: boolean;
  readonly firstWildcard: number;
  readonly wildcards: number;
  readonly rule: MergedRule;
}

const checksParameters = new Set<Operation>(["read", "create", "update", "patch"]);

/** The compiled policies of a token: of all paths that match a request, the most specific one decides alone. */
export class Acl {
  readonly root: boolean;
  readonly #exact = new Map<string, MergedRule>();
  /** Prefixes without their `*`. */
  readonly #prefixes = new Map<string, MergedRule>();
  readonly #segmented = new Map<string, MergedRule>();
  readonly #wildcards: readonly Wildcard[];

  constructor(policies: readonly Policy[]) {
    this.root = policies.some(({ name }) => name === "root");
    for (const rule of policies.flatMap(({ rules }) => rules)) {
      const prefix = rule.path.endsWith("*");
      const segmented = /(^|\/)\+/.test(rule.path);
      const [table, key] = segmented
        ? [this.#segmented, rule.path]
        : prefix
          ? [this.#prefixes, rule.path.slice(0, -1)]
          : [this.#exact, rule.path];
      const known = table.get(key);
      if (known === undefined) table.set(key, new MergedRule(rule));
      else known.merge(rule);
    }
    this.#wildcards = [...this.#segmented].map(([path, rule]) => describe(path, rule));
  }

  allows(question: AccessQuestion): boolean {
    if (this.root) return true;
    const { path, operation, data, wrapTtl, sudo } = question;
    const rule = this.#find(path, operation === "list");
    if (rule === undefined || !rule.has(operation)) return false;
    if (sudo && !rule.has("sudo")) return false;
    if (!rule.allowsWrapping(wrapTtl)) return false;
    return !checksParameters.has(operation) || rule.allowsParameters(data);
  }

  hasSudo(path: string): boolean {
    return this.root || (this.#find(path, false)?.has("sudo") ?? false);
  }

  /** What a token may do on a path, sorted: `["root"]`, `["deny"]`, or capabilities. */
  capabilities(path: string): string[] {
    if (this.root) return ["root"];
    return this.#find(path, true)?.capabilities() ?? ["deny"];
  }

  /** Whether anything but deny is said about something under a mount. */
  seesMount(mountPath: string): boolean {
    if (this.root) return true;
    const below = (path: string): boolean => path.startsWith(mountPath);
    for (const [path, rule] of this.#exact) if (below(path) && rule.grants) return true;
    for (const [path, rule] of this.#prefixes)
      if ((below(path) || mountPath.startsWith(path)) && rule.grants) return true;
    return this.#wildcards.some((entry) => reaches(entry, mountPath) && entry.rule.grants);
  }

  /** A list of `a/` is covered by a rule for `a` too, the one with the slash being the more specific. */
  #find(path: string, list: boolean): MergedRule | undefined {
    const bare = list && path.endsWith("/") ? path.slice(0, -1) : undefined;
    return (
      this.#exact.get(path) ??
      (bare === undefined ? undefined : this.#exact.get(bare)) ??
      this.#findWildcard(path) ??
      (bare === undefined ? undefined : this.#findWildcard(bare))
    );
  }

  #findWildcard(path: string): MergedRule | undefined {
    const found: Wildcard[] = [];
    const prefix = this.#longestPrefix(path);
    if (prefix !== undefined) found.push(prefix);
    const segments = path.split("/");
    for (const entry of this.#wildcards) if (covers(entry, segments)) found.push(entry);
    return found.toSorted(bySpecificity).at(-1)?.rule;
  }

  #longestPrefix(path: string): Wildcard | undefined {
    for (let length = path.length; length >= 0; length -= 1) {
      const candidate = path.slice(0, length);
      const rule = this.#prefixes.get(candidate);
      if (rule === undefined) continue;
      return {
        path: candidate,
        segments: [],
        prefix: true,
        firstWildcard: length,
        wildcards: 0,
        rule,
      };
    }
    return undefined;
  }
}

function describe(written: string, rule: MergedRule): Wildcard {
  const prefix = written.endsWith("*");
  const path = prefix ? written.slice(0, -1) : written;
  const segments = path.split("/");
  const wildcards = segments.filter((segment) => segment === "+").length;
  return { path, segments, prefix, firstWildcard: written.indexOf("+"), wildcards, rule };
}

function covers(entry: Wildcard, path: readonly string[]): boolean {
  if (!entry.prefix && path.length !== entry.segments.length) return false;
  const last = entry.segments.length - 1;
  return entry.segments.every(
    (segment, index) =>
      segment === "+" ||
      segment === path[index] ||
      (entry.prefix && index === last && path[index]?.startsWith(segment)),
  );
}

/** Whether a path with wildcards can lie under a mount. */
function reaches(entry: Wildcard, mountPath: string): boolean {
  const mount = mountPath.split("/").slice(0, -1);
  return mount.every((given, index) => {
    const segment = entry.segments[index];
    if (segment === undefined) return entry.prefix;
    return (
      segment === "+" ||
      segment === given ||
      (entry.prefix && index === entry.segments.length - 1 && given.startsWith(segment))
    );
  });
}

/** Least specific first: https://developer.hashicorp.com/vault/docs/concepts/policies#priority-matching */
function bySpecificity(a: Wildcard, b: Wildcard): number {
  return (
    a.firstWildcard - b.firstWildcard ||
    Number(b.prefix) - Number(a.prefix) ||
    b.wildcards - a.wildcards ||
    a.path.length - b.path.length ||
    (a.path < b.path ? -1 : 1)
  );
}
