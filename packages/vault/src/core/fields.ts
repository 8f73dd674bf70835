import { parseDuration } from "./duration.ts";
import { Fault } from "./fault.ts";

/**
 * A request's parameters, converted as Vault does: numbers and booleans may come as text, lists as
 * comma-separated text, maps as `key=value` lists or JSON text. What can't be converted is a 400.
 */
export class Fields {
  readonly data: Readonly<Record<string, unknown>>;

  constructor(data: Readonly<Record<string, unknown>>) {
    this.data = data;
  }

  /** Whether a parameter was given, with null counting as not. */
  has(name: string): boolean {
    return this.data[name] !== undefined && this.data[name] !== null;
  }

  string(name: string): string | undefined {
    const value = this.#given(name);
    if (value === undefined || typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw unconvertible(name, "string");
  }

  integer(name: string): number | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    const number = typeof value === "string" ? Number(value.trim() || "0") : value;
    if (typeof number === "number" && Number.isSafeInteger(number)) return number;
    throw unconvertible(name, "int");
  }

  boolean(name: string): boolean | undefined {
    const value = this.#given(name);
    if (value === undefined || typeof value === "boolean") return value;
    if (typeof value === "number") return value !== 0;
    if (typeof value === "string") {
      if (/^(1|t|true)$/i.test(value)) return true;
      if (/^(0|f|false|)$/i.test(value)) return false;
    }
    throw unconvertible(name, "bool");
  }

  /** Seconds. */
  duration(name: string): number | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    const seconds = parseDuration(value);
    if (seconds === undefined) throw unconvertible(name, "duration");
    return seconds;
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
        throw unconvertible(name, "slice");
      })
      .filter((entry) => entry !== "");
  }

  /** String values by name, from an object, JSON text, or `key=value` entries. */
  map(name: string): Record<string, string> | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    const parsed =
      typeof value === "string" && value.trimStart().startsWith("{")
        ? parseObject(name, value)
        : value;
    if (isObject(parsed)) {
      return Object.fromEntries(
        Object.entries(parsed).map(([key, entry]) => [key, text(name, entry)]),
      );
    }
    return Object.fromEntries(
      (this.strings(name) ?? []).map((pair) => {
        const equals = pair.indexOf("=");
        if (equals < 1) throw unconvertible(name, "map");
        return [pair.slice(0, equals), pair.slice(equals + 1)];
      }),
    );
  }

  object(name: string): Record<string, unknown> | undefined {
    const value = this.#given(name);
    if (value === undefined) return undefined;
    const parsed = typeof value === "string" ? parseObject(name, value) : value;
    if (isObject(parsed)) return parsed;
    throw unconvertible(name, "map");
  }

  #given(name: string): unknown {
    return this.data[name] ?? undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseObject(name: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw unconvertible(name, "map");
  }
}

function text(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw unconvertible(name, "map");
}

function unconvertible(name: string, kind: string): Fault {
  return Fault.badRequest(
    `Field validation failed: error converting input for field ${JSON.stringify(name)}: expected ${kind}`,
  );
}
