import { parseDuration } from "../core/duration.ts";
import { listed } from "../core/fault.ts";
import { invalidDuration } from "../core/fields.ts";
import { HclObject, parseHcl, type HclValue } from "./hcl.ts";
import { parseJsonPolicy } from "./json-policy.ts";

const capabilities = [
  "deny",
  "create",
  "read",
  "update",
  "delete",
  "list",
  "sudo",
  "patch",
] as const;
export type Capability = (typeof capabilities)[number];

/** Values that a parameter may (or may not) have; none listed means any. Names are in lower case. */
export type ParameterRules = ReadonlyMap<string, readonly unknown[]>;

export interface PathRule {
  /** As written, less a leading "/". */
  readonly path: string;
  readonly capabilities: ReadonlySet<Capability>;
  readonly allowed: ParameterRules;
  readonly denied: ParameterRules;
  readonly required: readonly string[];
  /** Seconds; 0 for none. */
  readonly minWrappingTtl: number;
  readonly maxWrappingTtl: number;
}

export interface Policy {
  readonly name: string;
  /** The text as it was given. */
  readonly raw: string;
  readonly rules: readonly PathRule[];
}

/** Why a text is no policy, in one line. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}

const ruleKeys = [
  "comment",
  "policy",
  "capabilities",
  "allowed_parameters",
  "denied_parameters",
  "required_parameters",
  "min_wrapping_ttl",
  "max_wrapping_ttl",
];

const oldPolicies = new Map<HclValue, readonly Capability[]>([
  ["deny", ["deny"]],
  ["read", ["read", "list"]],
  ["write", ["create", "read", "update", "delete", "list"]],
  ["sudo", ["create", "read", "update", "delete", "list", "sudo"]],
]);

/** Throws PolicyError. */
export function parsePolicy(name: string, raw: string): Policy {
  const root = parseRoot(raw);
  const rules: PathRule[] = [];
  for (const { keys, value, line } of root.items) {
    if (keys[0] === "name") continue;
    if (keys[0] !== "path")
      throw failure(listed(`invalid key ${JSON.stringify(keys[0])} on line ${line}`));
    const [, path, ...more] = keys;
    if (path === undefined || more.length > 0 || !(value instanceof HclObject))
      throw failure("path needs a name and a block");
    rules.push(parseRule(path, value));
  }
  return { name, raw, rules };
}

function parseRoot(raw: string): HclObject {
  try {
    return raw.trimStart().startsWith("{") ? parseJsonPolicy(raw) : parseHcl(raw);
  } catch (error) {
    throw failure((error as SyntaxError).message);
  }
}

function parseRule(written: string, block: HclObject): PathRule {
  const path = written.startsWith("/") ? written.slice(1) : written;
  const fail = (text: string): PolicyError => failure(`path ${JSON.stringify(written)}: ${text}`);
  if (path.includes("+*")) throw fail("invalid use of wildcards ('+*' is forbidden)");
  const values = new Map<string, HclValue>();
  for (const { keys, value, line } of block.items) {
    const [key] = keys;
    if (!ruleKeys.includes(key)) {
      throw failure(
        listed(
          `path ${JSON.stringify(written)}: invalid key ${JSON.stringify(key)} on line ${line}`,
        ),
      );
    }
    values.set(key, value);
  }
  const minWrappingTtl = seconds(values, "min_wrapping_ttl");
  const maxWrappingTtl = seconds(values, "max_wrapping_ttl");
  if (maxWrappingTtl > 0 && maxWrappingTtl < minWrappingTtl) {
    throw failure("max_wrapping_ttl cannot be less than min_wrapping_ttl");
  }
  return {
    path,
    capabilities: parseCapabilities(values, fail),
    allowed: parameters(values.get("allowed_parameters"), fail),
    denied: parameters(values.get("denied_parameters"), fail),
    required: strings(values.get("required_parameters"), fail),
    minWrappingTtl,
    maxWrappingTtl,
  };
}

type Fail = (text: string) => PolicyError;

function parseCapabilities(
  values: ReadonlyMap<string, HclValue>,
  fail: Fail,
): ReadonlySet<Capability> {
  const found = new Set<Capability>();
  const old = values.get("policy");
  if (old !== undefined) {
    const mapped = oldPolicies.get(old);
    if (mapped === undefined) throw fail(`invalid policy ${JSON.stringify(old)}`);
    for (const capability of mapped) found.add(capability);
  }
  for (const name of strings(values.get("capabilities"), fail)) {
    const capability = capabilities.find((known) => known === name);
    if (capability === undefined) throw fail(`invalid capability ${JSON.stringify(name)}`);
    found.add(capability);
  }
  return found.has("deny") ? new Set<Capability>(["deny"]) : found;
}

function strings(value: HclValue | undefined, fail: Fail): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw fail("expected a list of strings");
  return value.map((entry) => {
    if (typeof entry !== "string") throw fail("expected a list of strings");
    return entry;
  });
}

function parameters(value: HclValue | undefined, fail: Fail): ParameterRules {
  const found = new Map<string, readonly unknown[]>();
  if (value === undefined) return found;
  if (!(value instanceof HclObject)) throw fail("expected parameters and their values");
  for (const { keys, value: allowed } of value.items) {
    if (!Array.isArray(allowed)) throw fail("the values of a parameter are a list");
    found.set(keys[0].toLowerCase(), allowed);
  }
  return found;
}

function seconds(values: ReadonlyMap<string, HclValue>, name: string): number {
  const value = values.get(name);
  if (value === undefined) return 0;
  const parsed = parseDuration(value);
  if (parsed === undefined || parsed < 0)
    throw failure(`error parsing ${name}: ${invalidDuration(String(value))}`);
  return parsed;
}

function failure(text: string): PolicyError {
  return new PolicyError(`failed to parse policy: ${text}`);
}
