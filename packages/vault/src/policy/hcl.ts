/**
 * The part of HCL 1 that policies are written in: items `key "label" = value`, objects, lists, strings (with escapes
 * and heredocs), numbers, booleans, and `#`, `//` and block comments.
 */
export type HclValue = string | number | boolean | HclValue[] | HclObject;

export interface HclItem {
  /** The key and its labels: `path "a/*" {…}` has ["path", "a/*"]. */
  readonly keys: readonly [string, ...string[]];
  readonly value: HclValue;
  /** Of its "=", from 1; 0 where it has none. */
  readonly line: number;
}

export class HclObject {
  readonly items: readonly HclItem[];
  constructor(items: readonly HclItem[]) {
    this.items = items;
  }
}

const word = /[\p{L}_][\p{L}\p{N}_.-]*/uy;
const number = /-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const heredocStart = /<<(-?)([\p{L}\p{N}_]+)\r?\n/uy;
const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  a: "\x07",
  "\\": "\\",
  '"': '"',
};
const deepest = 64;

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  /** Lines that end before a place: counted on from there, or a long text would take the square of its length. */
  #counted = { at: 0, lines: 0 };

  constructor(text: string) {
    this.#text = text;
  }

  document(): HclObject {
    return new HclObject(this.#items(undefined));
  }

  #items(end: "}" | undefined): HclItem[] {
    const items: HclItem[] = [];
    for (;;) {
      this.#skip();
      if (this.#at >= this.#text.length || this.#text[this.#at] === end) return items;
      items.push(this.#item());
      this.#skip();
      if (this.#text[this.#at] === ",") this.#at += 1;
    }
  }

  #item(): HclItem {
    const keys: string[] = [];
    for (;;) {
      this.#skip();
      const next = this.#text[this.#at];
      if (next === "=" || next === "{") break;
      if (next === '"') keys.push(this.#string());
      else keys.push(this.#match(word) ?? this.#fail(`expected a key, found ${this.#shown()}`));
    }
    const [key, ...labels] = keys;
    if (key === undefined) throw this.#error(`expected a key, found ${this.#shown()}`);
    let line = 0;
    if (this.#text[this.#at] === "=") {
      if (labels.length > 0) throw this.#error("nested object expected: LBRACE got: ASSIGN");
      line = this.#line();
      this.#at += 1;
    }
    return { keys: [key, ...labels], value: this.#value(), line };
  }

  #value(): HclValue {
    this.#skip();
    const next = this.#text[this.#at];
    if (next === '"') return this.#string();
    if (next === "[") return this.#nested(() => this.#list());
    if (next === "{") return this.#nested(() => this.#object());
    if (next === "<") return this.#heredoc();
    const digits = this.#match(number);
    if (digits !== undefined) return Number(digits);
    const name = this.#match(word);
    if (name === "true" || name === "false") return name === "true";
    throw this.#error(`expected a value, found ${name ?? this.#shown()}`);
  }

  #nested<Value>(read: () => Value): Value {
    this.#depth += 1;
    if (this.#depth > deepest) throw this.#error("nested too deeply");
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): HclObject {
    this.#at += 1;
    const items = this.#items("}");
    if (this.#text[this.#at] !== "}") throw this.#error("object is not closed");
    this.#at += 1;
    return new HclObject(items);
  }

  #list(): HclValue[] {
    this.#at += 1;
    const values: HclValue[] = [];
    for (;;) {
      this.#skip();
      if (this.#text[this.#at] === "]") break;
      values.push(this.#value());
      this.#skip();
      if (this.#text[this.#at] === ",") this.#at += 1;
      else if (this.#text[this.#at] !== "]") throw this.#error("list is not closed");
    }
    this.#at += 1;
    return values;
  }

  #string(): string {
    let value = "";
    let at = this.#at + 1;
    for (; ; at += 1) {
      const char = this.#text[at];
      if (char === undefined || char === "\n") throw this.#error("string is not closed");
      if (char === '"') break;
      if (char !== "\\") {
        value += char;
        continue;
      }
      at += 1;
      const kind = this.#text[at] ?? "";
      const width = { x: 2, u: 4, U: 8 }[kind];
      if (width === undefined) {
        value += escapes[kind] ?? this.#fail(`unknown escape \\${kind}`);
        continue;
      }
      const digits = this.#text.slice(at + 1, at + 1 + width);
      const code =
        /^[0-9a-fA-F]+$/.test(digits) && digits.length === width ? parseInt(digits, 16) : -1;
      if (code < 0 || code > 0x10ffff) throw this.#error(`bad escape \\${kind}${digits}`);
      value += String.fromCodePoint(code);
      at += width;
    }
    this.#at = at + 1;
    return value;
  }

  #heredoc(): string {
    heredocStart.lastIndex = this.#at;
    const start = heredocStart.exec(this.#text);
    if (start === null) throw this.#error("expected a value, found <");
    const lines: string[] = [];
    let at = heredocStart.lastIndex;
    for (;;) {
      const end = this.#text.indexOf("\n", at);
      const line = this.#text.slice(at, end === -1 ? undefined : end);
      if (line.trim() === start[2]) {
        this.#at = end === -1 ? this.#text.length : end;
        break;
      }
      if (end === -1) throw this.#error(`heredoc ${start[2]} is not closed`);
      lines.push(line);
      at = end + 1;
    }
    const indents = lines
      .filter((line) => line.trim() !== "")
      .map((line) => line.length - line.trimStart().length);
    const indent = start[1] === "-" ? Math.min(...indents) : 0;
    return lines.map((line) => `${line.slice(indent)}\n`).join("");
  }

  #skip(): void {
    for (;;) {
      while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
      if (this.#text[this.#at] === "#" || this.#text.startsWith("//", this.#at)) {
        const end = this.#text.indexOf("\n", this.#at);
        this.#at = end === -1 ? this.#text.length : end;
      } else if (this.#text.startsWith("/*", this.#at)) {
        const end = this.#text.indexOf("*/", this.#at + 2);
        if (end === -1) throw this.#error("comment is not closed");
        this.#at = end + 2;
      } else return;
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** Of where the parser is, from 1. */
  #line(): number {
    let { at, lines } = this.#counted;
    for (; at < this.#at; at += 1) if (this.#text[at] === "\n") lines += 1;
    this.#counted = { at, lines };
    return lines + 1;
  }

  #shown(): string {
    const char = this.#text[this.#at];
    return char === undefined ? "the end" : JSON.stringify(char);
  }

  #fail(text: string): never {
    throw this.#error(text);
  }

  #error(text: string): SyntaxError {
    const column = this.#at - this.#text.lastIndexOf("\n", this.#at - 1);
    return new SyntaxError(`At ${this.#line()}:${column}: ${text}`);
  }
}

/** Throws a SyntaxError that says where the text stops being HCL, by line and column from 1. */
export function parseHcl(text: string): HclObject {
  return new Parser(text).document();
}
