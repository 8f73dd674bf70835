import { parseExactly } from "../core/exact-json.ts";

export interface ViewSource {
  get(key: string): Buffer | undefined;
  put(key: string, plaintext: Uint8Array): void;
  delete(key: string): void;
  list(prefix: string): string[];
}

/** The part of the barrier under one prefix, within one request: all that an engine sees of the storage. */
export class View {
  readonly #source: ViewSource;
  readonly #prefix: string;

  constructor(source: ViewSource, prefix: string) {
    this.#source = source;
    this.#prefix = prefix;
  }

  get(key: string): Buffer | undefined {
    return this.#source.get(this.#prefix + key);
  }

  put(key: string, value: Uint8Array): void {
    this.#source.put(this.#prefix + key, value);
  }

  delete(key: string): void {
    this.#source.delete(this.#prefix + key);
  }

  /** What lies directly under a prefix (empty, or ending in "/"), in order; folders end in "/". */
  list(prefix = ""): string[] {
    return this.#source.list(this.#prefix + prefix);
  }

  /** Every key under a prefix, at any depth. */
  *walk(prefix = ""): Generator<string> {
    for (const name of this.list(prefix)) {
      if (name.endsWith("/")) yield* this.walk(prefix + name);
      else yield prefix + name;
    }
  }

  clear(prefix = ""): void {
    for (const key of Array.from(this.walk(prefix))) this.delete(key);
  }

  /** The stored JSON document; its shape is what the same caller wrote. */
  readJson<Document>(key: string): Document | undefined {
    const bytes = this.get(key);
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as Document);
  }

  /** The same, with numbers as they were written. */
  readExactJson<Document>(key: string): Document | undefined {
    const bytes = this.get(key);
    return bytes === undefined ? undefined : (parseExactly(bytes.toString()) as Document);
  }

  writeJson(key: string, document: unknown): void {
    this.put(key, Buffer.from(JSON.stringify(document)));
  }
}
