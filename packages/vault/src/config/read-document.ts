import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../core/fields.ts";
import { HclObject, parseHcl, type HclValue } from "../policy/hcl.ts";
import { ConfigError } from "./config-error.ts";

/** A configuration file as a tree; a stanza `listener "tcp" {…}` is `{ listener: { tcp: {…} } }`, several a list. */
export interface ConfigDocument {
  readonly file: string;
  readonly tree: Readonly<Record<string, unknown>>;
}

/** The file, or in the order of their names those of a folder that end in .hcl or .json. Throws ConfigError. */
export function readDocuments(path: string): ConfigDocument[] {
  return filesAt(path).map((file) => ({ file, tree: parse(file) }));
}

function filesAt(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => /\.(hcl|json)$/.test(name));
    if (names.length > 0) return names.toSorted().map((name) => join(path, name));
  } catch (error) {
    throw faultIn(path, error);
  }
  throw new ConfigError(`${path}: there is no file in it that ends in .hcl or .json`);
}

/** JSON or HCL, whatever the name ends in. */
function parse(file: string): Readonly<Record<string, unknown>> {
  try {
    const text = readFileSync(file, "utf8");
    const tree: unknown = /^\s*[{[]/.test(text) ? JSON.parse(text) : plainObject(parseHcl(text));
    if (isObject(tree)) return tree;
  } catch (error) {
    throw faultIn(file, error);
  }
  throw new ConfigError(`${file}: the configuration is no object`);
}

function plainObject(object: HclObject): Record<string, unknown> {
  const found = new Map<string, unknown>();
  for (const { keys, value } of object.items) {
    const [name = "", ...labels] = keys;
    const one = labels.reduceRight<unknown>((inner, label) => ({ [label]: inner }), plain(value));
    const before = found.get(name);
    if (before === undefined) found.set(name, one);
    else found.set(name, [...(Array.isArray(before) ? (before as unknown[]) : [before]), one]);
  }
  return Object.fromEntries(found);
}

function plain(value: HclValue): unknown {
  if (value instanceof HclObject) return plainObject(value);
  return Array.isArray(value) ? value.map(plain) : value;
}

function faultIn(file: string, error: unknown): ConfigError {
  return new ConfigError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
}
