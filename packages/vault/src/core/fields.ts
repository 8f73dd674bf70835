import { parseDuration } from "./duration.ts";
import { isExactNumber } from "./exact-json.ts";
import { Fault } from "./fault.ts";

/**
 * A request's parameters, converted as Vault does: numbers and booleans may come as text, lists as
 * comma-separated text, maps as `key=value` lists or JSON text. What can't be converted is a 400.
 */
export class Fields {
  readonly #data: Readonly<Record<string, unknown>>;
  readonly #refusal: string;
  /** Names that were looked for: those are what the path takes. */
  readonly #known = new Set<string>();

  /** `refusal` goes before the reason of a 400; paths that tell a create from an update have none. */
  constructor(data: Readonly<Record<string, unknown>>, refusal = "Field validation failed: ") {
    this.#data = data;
    this.#refusal = refusal;
  }

  /** As it came. */
  raw(name: string): unknown {
    this.#known.add(name);
    return this.#data[name];
  }

  /** What was given and never looked for, in order. */
  ignored(): string[] {
    return Object.keys(this.#data)
      .filter((name) => !this.#known.has(name))
      .toSorted();
  }

  /** Whether a parameter was given, with null counting as not. */
  has(name: string): boolean {
    return this.#given(name) !== undefined;
  }

  string(name: string): string | undefined {
    const value = this.#given(name);
    if (value === undefined || typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw this.#unconvertible(name, unexpected("string", value));
  }

  integer(name: string): number | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    const number = typeof value === "string" ? Number(value.trim() || "0") : value;
    if (typeof number === "number" && Number.isSafeInteger(number)) return number;
    throw this.#unconvertible(
      name,
      typeof value === "string" ? unparsable("int", "ParseInt") : unexpected("int", value),
    );
  }

  boolean(name: string): boolean | undefined {
    const value = this.#given(name);
    if (value === undefined || typeof value === "boolean") return value;
    if (typeof value === "number") return value !== 0;
    if (typeof value === "string") {
      if (/^(1|t|true)$/i.test(value)) return true;
      if (/^(0|f|false|)$/i.test(value)) return false;
    }
    throw this.#unconvertible(
      name,
      typeof value === "string" ? unparsable("bool", "ParseBool") : unexpected("bool", value),
    );
  }

  /** Seconds, which can't be negative. */
  duration(name: string): number | undefined {
    const seconds = this.signedDuration(name);
    if (seconds !== undefined && seconds < 0)
      throw this.#unconvertible(name, `cannot provide negative value '${seconds}'`);
    return seconds;
  }

  /** Seconds. */
  signedDuration(name: string): number | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    const seconds = parseDuration(value);
    if (seconds !== undefined) return seconds;
    throw this.#unconvertible(
      name,
      typeof value === "string" ? invalidDuration(value) : unexpected("duration", value),
    );
  }

  /** Entries of a list, or of comma-separated text; trimmed, empty ones dropped. */
  strings(name: string): string[] | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    const list =
      typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [value];
    return list
      .map((entry: unknown) => {
        if (typeof entry === "string") return entry.trim();
        if (typeof entry === "number" || typeof entry === "boolean") return String(entry);
        throw this.#unconvertible(name, unexpected("string", entry));
      })
      .filter((entry) => entry !== "");
  }

  /** String values by name, from an object, JSON text, or `key=value` entries. */
  map(name: string): Record<string, string> | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    const parsed =
      typeof value === "string" && value.trimStart().startsWith("{")
        ? this.#parse(name, value)
        : value;
    if (isObject(parsed)) {
      return Object.fromEntries(
        Object.entries(parsed).map(([key, entry]) => [key, this.#text(name, entry)]),
      );
    }
    return Object.fromEntries(
      (this.strings(name) ?? []).map((pair) => {
        const equals = pair.indexOf("=");
        if (equals < 1) throw this.#unconvertible(name, `invalid key pair ${JSON.stringify(pair)}`);
        return [pair.slice(0, equals), pair.slice(equals + 1)];
      }),
    );
  }

  object(name: string): Record<string, unknown> | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    const parsed =
      typeof value === "string" && value.trimStart().startsWith("{")
        ? this.#parse(name, value)
        : value;
    if (isObject(parsed)) return parsed;
    throw this.#unconvertible(name, unexpected(goMap, value));
  }

  #parse(name: string, value: string): unknown {
    try {
      return JSON.parse(value);
    } catch {
      throw this.#unconvertible(name, unexpected(goMap, value));
    }
  }

  #text(name: string, value: unknown): string {
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw this.#unconvertible(name, unexpected("string", value));
  }

  #unconvertible(name: string, why: string): Fault {
    return Fault.badRequest(
      `${this.#refusal}error converting input for field ${JSON.stringify(name)}: ${why}`,
    );
  }

  #given(name: string): unknown {
    return this.raw(name) ?? undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !isExactNumber(value)
  );
}

const goMap = "map[string]interface {}";

/** What is wrong, in the words that clients know from Vault, which have Go's names of the types. */
function unexpected(type: string, value: unknown): string {
  return `'' expected type '${type}', got unconvertible type '${goType(value)}'`;
}

function unparsable(type: string, parser: string): string {
  return `'' cannot parse value as '${type}': strconv.${parser}: invalid syntax`;
}

export function invalidDuration(value: string): string {
  return `time: invalid duration ${JSON.stringify(value)}`;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  if (isObject(value)) return goMap;
  if (typeof value === "number") return "json.Number";
  return typeof value === "boolean" ? "bool" : "string";
}
