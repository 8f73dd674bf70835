import type { Stack } from "../stack.ts";

/** Error: something does not work, or is not safe. Warning: it will not for long. Note: worth knowing. */
export type Severity = "error" | "warning" | "note";

/** What a check is given to look at. */
export interface Examination {
  readonly stack: Stack;
  /** DevStack's own checkout. */
  readonly home: string;
  /** Whether the distribution's archive may be asked. */
  readonly online: boolean;
  readonly nowMs: number;
}

/** One thing that a check found. */
export interface Found<Code extends string> {
  readonly code: Code;
  /** With its values. */
  readonly what: string;
  /** The command that mends it, where one does. */
  readonly command?: string;
  /** Mends it; only where nothing can be lost by it. */
  readonly mend?: () => Promise<void>;
}

/** A finding as it is reported. */
export interface Finding extends Found<string> {
  readonly severity: Severity;
  readonly why: string;
}

/** One thing to look at. Its table is the registry of the codes that it may report; they don't change. */
export interface Check {
  readonly name: string;
  readonly codes: Readonly<Record<string, CodeEntry>>;
  readonly examine: (examination: Examination) => Promise<readonly Found<string>[]>;
}

interface CodeEntry {
  readonly severity: Severity;
  /** Why it matters, in one sentence. */
  readonly why: string;
}

/** Gives the check its type: it can't report what is not in its table. */
export function defineCheck<Code extends `DS_DOCTOR_${string}`>(check: {
  readonly name: string;
  readonly codes: Readonly<Record<Code, CodeEntry>>;
  readonly examine: (examination: Examination) => Promise<readonly Found<Code>[]>;
}): Check {
  return check;
}
