import { messageOf } from "../shared/errors.ts";
import { type CheckResult, runChecks } from "../suites/run-checks.ts";
import type { Suite, SuiteFault } from "../suites/suite.ts";
import { openStackHandle } from "./stack-handle.ts";
import type { Stack } from "./stack.ts";
import { startForTests } from "./test-suites.ts";
import { createThrowawayStack } from "./throwaway-stack.ts";

export interface FaultResult {
  readonly suite: string;
  readonly fault: string;
  readonly summary: string;
  readonly expectedRed: readonly string[];
  readonly seenRed: readonly string[];
  /** Why the fault could not be applied. */
  readonly error?: string;
  readonly proven: boolean;
}

export interface ProofListener {
  readonly onFault?: (suite: Suite, fault: SuiteFault) => void;
  readonly onProof?: (result: FaultResult) => void;
  readonly signal?: AbortSignal;
}

/** Applies each fault of the suite to a stack of its own and compares which checks turn red with those that it lists. */
export async function proveSuite(
  like: Stack,
  suite: Suite,
  listener: ProofListener = {},
): Promise<readonly FaultResult[]> {
  const results: FaultResult[] = [];
  for (const fault of suite.faults) {
    listener.signal?.throwIfAborted();
    listener.onFault?.(suite, fault);
    const result = await proveFault(like, suite, fault);
    results.push(result);
    listener.onProof?.(result);
  }
  return results;
}

/** Checks that no fault of the suite is named for: nothing shows that they can fail. */
export function unprovenChecks(suite: Suite): readonly string[] {
  const proving = new Map(suite.faults.map((fault) => [fault.name, fault]));
  return suite.checks
    .filter(({ awaits }) => awaits === undefined)
    .filter(({ id, fault }) => fault === undefined || !proving.get(fault)?.turnsRed.includes(id))
    .map(({ id }) => id);
}

async function proveFault(like: Stack, suite: Suite, fault: SuiteFault): Promise<FaultResult> {
  const base = {
    suite: suite.name,
    fault: fault.name,
    summary: fault.summary,
    expectedRed: fault.turnsRed,
  };
  try {
    const red = (await runBroken(like, suite, fault))
      .filter((one) => one.verdict === "failed")
      .map((one) => one.id);
    return { ...base, seenRed: red, proven: red.join() === fault.turnsRed.join() };
  } catch (error) {
    return { ...base, seenRed: [], proven: false, error: messageOf(error) };
  }
}

async function runBroken(
  like: Stack,
  suite: Suite,
  fault: SuiteFault,
): Promise<readonly CheckResult[]> {
  await using stack = await createThrowawayStack(
    like,
    fault.seam === undefined ? {} : { faults: [fault.seam] },
  );
  await startForTests(stack, ["vault", ...suite.services]);
  const handle = await openStackHandle(stack);
  const split = suite.checks.findIndex(({ id }) => id === fault.after) + 1;
  const before = await runChecks(suite.checks.slice(0, split), handle);
  await fault.apply?.(handle);
  return [...before, ...(await runChecks(suite.checks.slice(split), handle))];
}
