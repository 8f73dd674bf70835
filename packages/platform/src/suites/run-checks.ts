import { messageOf } from "../shared/errors.ts";
import { CheckFailure, expect } from "./expect.ts";
import type { StackHandle } from "./stack-handle.ts";
import type { Check } from "./suite.ts";

export type Verdict = "passed" | "failed" | "skipped";

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly durationMs: number;
  readonly expected?: string;
  readonly seen?: string;
  /** Why it was skipped. */
  readonly reason?: string;
  /** What the check printed. */
  readonly lines?: readonly string[];
}

export interface CheckListener {
  readonly onStart?: (check: Check) => void;
  readonly onEnd?: (result: CheckResult) => void;
}

/** No check may hold up the others for ever. */
const checkDeadlineMs = 120_000;

class Skip extends Error {}

/** Runs the checks one after the other, in their order, all of them whatever fails. */
export async function runChecks(
  checks: readonly Check[],
  stack: StackHandle,
  listener: CheckListener = {},
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    listener.onStart?.(check);
    const result = await runCheck(check, stack);
    results.push(result);
    listener.onEnd?.(result);
  }
  return results;
}

async function runCheck(check: Check, stack: StackHandle): Promise<CheckResult> {
  const startedAt = performance.now();
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  const done = (verdict: Verdict, more: Partial<CheckResult> = {}): CheckResult => ({
    id: check.id,
    title: check.title,
    verdict,
    durationMs: Math.round(performance.now() - startedAt),
    ...more,
    ...(lines.length > 0 ? { lines } : {}),
  });
  const skip = (reason: string): never => {
    throw new Skip(reason);
  };
  try {
    if (check.awaits !== undefined) skip(`${check.awaits} does not belong to the stack yet`);
    await withDeadline(check.run({ stack, expect, skip, print }));
    return done("passed");
  } catch (error) {
    if (error instanceof Skip) return done("skipped", { reason: error.message });
    if (error instanceof CheckFailure)
      return done("failed", { expected: error.expected, seen: error.seen });
    return done("failed", { expected: "no error", seen: messageOf(error) });
  }
}

async function withDeadline(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new CheckFailure(`an end within ${checkDeadlineMs / 1000} s`, "none")),
      checkDeadlineMs,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
