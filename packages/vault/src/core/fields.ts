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
    return value === undefined ? undefined : this.#text(name, value);
  }

  integer(name: string): number | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    const number =
      typeof value === "string"
        ? Number(value.trim() || "0")
        : typeof value === "boolean"
          ? Number(value)
          : value;
    if (typeof number !== "number") throw this.#unconvertible(name, unexpected("int", value));
    if (!Number.isSafeInteger(number))
      throw this.#unconvertible(name, unparsable("int", "ParseInt"));
    return number;
  }

  boolean(name: string): boolean | undefined {
    const value = this.#given(name);
    if (value === undefined || typeof value === "boolean") return value;
    if (typeof value !== "string" && typeof value !== "number")
      throw this.#unconvertible(name, unexpected("bool", value));
    if (/^(1|t|true)$/i.test(String(value))) return true;
    if (/^(0|f|false|)$/i.test(String(value))) return false;
    throw this.#unconvertible(name, unparsable("bool", "ParseBool"));
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
      typeof value === "string" || typeof value === "number"
        ? invalidDuration(String(value))
        : "could not parse duration from input",
    );
  }

  /** Entries of a list, or of comma-separated text; trimmed, empty ones dropped. */
  strings(name: string): string[] | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    if (isObject(value) && Object.keys(value).length === 0) return [];
    const list: readonly unknown[] =
      typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [value];
    return list
      .map((entry) => (entry === null ? "" : this.#text(name, entry).trim()))
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
    const pairs = value === "" ? [""] : (this.strings(name) ?? []);
    return Object.fromEntries(
      pairs.map((pair) => {
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
    if (!Array.isArray(value)) throw this.#unconvertible(name, unexpected(goMap, value));
    if (value.length === 0) return {};
    throw this.#unconvertible(name, unexpected(goMap, value[0], "[0]"));
  }

  #parse(name: string, value: string): unknown {
    try {
      return JSON.parse(value);
    } catch {
      throw this.#unconvertible(name, unexpected(goMap, value));
    }
  }

  /** A boolean as text is a number. */
  #text(name: string, value: unknown): string {
    if (typeof value === "string") return value;
    if (typeof value === "number") return String(value);
    if (typeof value === "boolean") return value ? "1" : "0";
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
function unexpected(type: string, value: unknown, where = ""): string {
  return `'${where}' expected type '${type}', got unconvertible type '${goType(value)}'`;
}

function unparsable(type: string, parser: string): string {
  return `'' cannot parse value as '${type}': strconv.${parser}: invalid syntax`;
}

export function invalidDuration(value: string): string {
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(value);
  return `time: ${isNumber ? "missing unit in" : "invalid"} duration ${JSON.stringify(value)}`;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  if (isObject(value)) return goMap;
  if (typeof value === "number") return "json.Number";
  return typeof value === "boolean" ? "bool" : "string";
}
