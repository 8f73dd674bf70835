import { resolve } from "node:path";
import { isObject } from "../core/fields.ts";
import type { Words } from "./config-words.ts";
import { nearestKey } from "./nearest-key.ts";

/** One stanza: every word in it is looked at, and what is wrong with it is told by its whole name. */
export class Section {
  readonly #name: string;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #tell: (fault: string) => void;

  constructor(name: string, value: unknown, words: Words, tell: (fault: string) => void) {
    this.#name = name;
    this.#values = isObject(value) ? value : {};
    this.#tell = tell;
    if (!isObject(value)) {
      const known = Object.keys(words).filter((word) => words[word] === "used");
      tell(`${name}: expected a stanza with ${known.map((word) => `"${word}"`).join(", ")}`);
    }
    for (const word of Object.keys(this.#values)) this.#check(word, words);
  }

  #check(word: string, words: Words): void {
    const use = Object.hasOwn(words, word) ? words[word] : undefined;
    const shown = JSON.stringify(word);
    if (use === undefined) {
      const taken = Object.keys(words).filter((known) => words[known] !== "foreign");
      const meant = nearestKey(word, Object.keys(words));
      this.#tell(
        `${this.#name}: unknown key ${shown}${meant === undefined ? `; allowed are ${taken.join(", ")}` : `, did you mean "${meant}"?`}`,
      );
    } else if (use === "foreign") {
      this.#tell(`${this.#name}: this server does not serve Vault's ${shown}; leave it out`);
    } else if (use === "off" && this.flag(word)) {
      this.#tell(`${this.#name}: this server has no ${shown}; leave it out, or false`);
    }
  }

  value(word: string): unknown {
    return this.#values[word];
  }

  fault(word: string, text: string): void {
    const name = this.#name === "the configuration" ? word : `${this.#name}.${word}`;
    this.#tell(`${name}: ${text}`);
  }

  text(word: string): string | undefined {
    const value = this.#values[word];
    if (value === undefined || typeof value === "string") return value;
    this.fault(word, "expected text");
    return undefined;
  }

  /** As Vault takes it: true, 1, "true", "1"; also for what is not there. */
  flag(word: string): boolean {
    const value = this.#values[word] ?? false;
    if ([true, 1, "true", "1"].includes(value as string)) return true;
    if (![false, 0, "false", "0", ""].includes(value as string))
      this.fault(word, `expected true or false, found ${JSON.stringify(value)}`);
    return false;
  }

  path(word: string, folder: string): string | undefined {
    const text = this.text(word);
    return text === undefined ? undefined : resolve(folder, text);
  }

  neededPath(word: string, folder: string): string {
    const value = this.#values[word];
    if (value === undefined || value === "") this.fault(word, "a path is needed here");
    return this.path(word, folder) ?? "";
  }

  /** What stands under a word once, or several times as a list; none where the word is not there. */
  sections(word: string, words: Words): Section[] {
    const value = this.#values[word];
    if (value === undefined) return [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const name = this.#name === "the configuration" ? word : `${this.#name}.${word}`;
    return list.map(
      (one, index) =>
        new Section(list.length > 1 ? `${name}[${index}]` : name, one, words, this.#tell),
    );
  }
}
