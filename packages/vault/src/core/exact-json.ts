/** ECMAScript's "JSON.parse source text access", which TypeScript does not know yet. */
interface ExactJson {
  parse(
    text: string,
    revive: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
}

const exact = JSON as unknown as ExactJson;

/** Digits beyond what a double keeps, exponents, ends in 0 and -0: where a number may not come out as it went in. */
const suspicious = /\d{16}|\d[eE]|\.\d*0(?!\d)|-0/;

/** A number that no double holds. */
export class NumberRangeError extends Error {
  override readonly name = "NumberRangeError";
  /** As it was written. */
  readonly source: string;
  constructor(source: string) {
    super(`a number is out of range: ${source}`);
    this.source = source;
  }
}

/** Whether a text may hold numbers that JavaScript would change. */
export function mayLoseDigits(text: string): boolean {
  return suspicious.test(text);
}

/**
 * What is stored for others must come back as it was written: 12345678901234567890 and 1.50 too. Such numbers become
 * objects that JSON.stringify writes out again as they were. Throws SyntaxError and NumberRangeError.
 */
export function parseExactly(text: string): unknown {
  if (!mayLoseDigits(text)) return JSON.parse(text);
  return exact.parse(text, (_, value, { source = "" }) => {
    if (typeof value !== "number" || String(value) === source) return value;
    if (!Number.isFinite(value)) throw new NumberRangeError(source);
    return exact.rawJSON(source);
  });
}

/** A number in the form that parseExactly gives. */
export function isExactNumber(value: object): boolean {
  return exact.isRawJSON(value);
}
