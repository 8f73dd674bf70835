import type { Schema } from "./contract.ts";

/** A parameter's value, and why it was chosen. */
export interface Sample {
  readonly what: string;
  readonly text: string;
  /** In place of the text's own encoding. */
  readonly encoded?: string;
}

/** The edges of what a schema allows. `name` is a value that it allows; others are made from it. */
export function validSamples(schema: Schema, name: string): readonly Sample[] {
  const { maxLength, minimum, maximum, pattern, type } = schema;
  if (type === "integer") return numbers({ "the least": minimum, "the most": maximum });
  return [
    { what: "a usual one", text: name },
    ...(typeof maxLength === "number"
      ? [{ what: "the longest", text: name.padEnd(maxLength, "x") }]
      : []),
    ...(pattern === undefined && schema["minLength"] === undefined
      ? [
          { what: "an empty one", text: "" },
          { what: "one with signs", text: "&=+%25/?# ü 😀" },
        ]
      : []),
  ];
}

/** What lies just beyond these edges, and what people who mean harm send. */
export function invalidSamples(schema: Schema, name: string): readonly Sample[] {
  const { maxLength, minLength, minimum, maximum, pattern, type } = schema;
  if (type === "integer")
    return [
      ...numbers({
        "less than the least": Number(minimum) - 1,
        "more than the most": Number(maximum) + 1,
      }),
      { what: "a fraction", text: "1.5" },
      { what: "a whole number as a fraction", text: "5.0" },
      { what: "an exponent", text: "1e2" },
      { what: "hexadecimal digits", text: "0x10" },
      { what: "a plus", text: "+5" },
      { what: "blanks around it", text: " 5 " },
      { what: "a word", text: "many" },
      { what: "nothing", text: "" },
    ];
  const forbidden = ((schema["not"] as Schema | undefined)?.["enum"] ?? []) as readonly string[];
  return [
    ...(typeof minLength === "number" ? [{ what: "nothing", text: "" }] : []),
    ...(typeof maxLength === "number"
      ? [{ what: "one too long", text: name.padEnd(maxLength + 1, "x") }]
      : []),
    ...forbidden.map((text) => ({
      what: `a forbidden ${text}`,
      text,
      encoded: text.replaceAll(".", "%2E"),
    })),
    ...(typeof pattern === "string" ? hostile.filter(({ text }) => !matches(pattern, text)) : []),
  ];
}

const hostile: readonly Sample[] = [
  { what: "a blank within", text: "a b" },
  { what: "a slash", text: "a/b" },
  { what: "a way out", text: "../../etc/passwd" },
  { what: "a way out, encoded twice", text: "%2e%2e%2fetc" },
  { what: "a NUL", text: "a\0b" },
  { what: "a letter of another alphabet", text: "ключ" },
  { what: "no UTF-8", text: "\u{FFFD}", encoded: "%C0%AF" },
  { what: "half an escape", text: "%", encoded: "a%2" },
];

function matches(pattern: string, text: string): boolean {
  return new RegExp(pattern, "u").test(text);
}

function numbers(values: Readonly<Record<string, unknown>>): readonly Sample[] {
  return Object.entries(values).map(([what, value]) => ({ what, text: String(value) }));
}
