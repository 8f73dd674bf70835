import { isDeepStrictEqual } from "node:util";
import { messageOf } from "../shared/errors.ts";

/** What a check expected and what it saw. */
export class CheckFailure extends Error {
  readonly expected: string;
  readonly seen: string;

  constructor(expected: string, seen: string) {
    super(`expected ${expected}, saw ${seen}`);
    this.expected = expected;
    this.seen = seen;
  }
}

export interface Expectation {
  readonly equals: (expected: unknown) => void;
  readonly matches: (pattern: RegExp) => void;
  /** `what` reads after "expected": "at least 3". */
  readonly satisfies: (what: string, holds: boolean) => void;
}

export interface Expect {
  /** `label` says what was looked at: "mode of keys.json". */
  (label: string, seen: unknown): Expectation;
  /** The work has to be refused with words that match. */
  readonly refusal: (label: string, work: Promise<unknown>, pattern: RegExp) => Promise<void>;
}

function about(label: string, seen: unknown): Expectation {
  const fail = (expected: string): never => {
    throw new CheckFailure(`${label} ${expected}`, show(seen));
  };
  return {
    equals: (expected) => {
      if (!isDeepStrictEqual(seen, expected)) fail(`to be ${show(expected)}`);
    },
    matches: (pattern) => {
      if (!pattern.test(String(seen))) fail(`to match ${pattern}`);
    },
    satisfies: (what, holds) => {
      if (!holds) fail(`to be ${what}`);
    },
  };
}

async function refusal(label: string, work: Promise<unknown>, pattern: RegExp): Promise<void> {
  let result: unknown;
  try {
    result = await work;
  } catch (error) {
    const words = messageOf(error);
    if (pattern.test(words)) return;
    throw new CheckFailure(
      `${label} to be refused with ${pattern}`,
      `the refusal ${JSON.stringify(words)}`,
    );
  }
  throw new CheckFailure(
    `${label} to be refused`,
    `that it was let through${result === undefined ? "" : ` (${show(result)})`}`,
  );
}

export const expect: Expect = Object.assign(about, { refusal });

function show(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value)
    : (JSON.stringify(value) ?? String(value));
}
