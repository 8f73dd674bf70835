import type { CheckListener, CheckResult } from "../suites/run-checks.ts";
import { runChecks } from "../suites/run-checks.ts";
import { type Selection, selectSuites, suites } from "../suites/registry.ts";
import { suiteErrors } from "../suites/errors.ts";
import type { UnitEvent } from "../supervisor/unit.ts";
import type { ToolchainProgress } from "../toolchain/engine.ts";
import { DevStackError } from "../shared/errors.ts";
import { openStackHandle } from "./stack-handle.ts";
import type { Stack } from "./stack.ts";
import { createThrowawayStack } from "./throwaway-stack.ts";
import { up } from "./up.ts";

/** What these names of suites and checks mean; every suite when none is named. */
export function planSuites(names: readonly string[]): readonly Selection[] {
  return selectSuites(names.length > 0 ? names : suites.map((suite) => suite.name));
}

export interface TestOptions extends CheckListener {
  readonly onSuite?: (selection: Selection) => void;
  readonly onEngine?: (progress: ToolchainProgress) => void;
  readonly onEvent?: (event: UnitEvent) => void;
  readonly signal?: AbortSignal;
}

/** Runs the suites on a stack of their own, which is thrown away afterwards. */
export async function testOnThrowawayStack(
  like: Stack,
  selections: readonly Selection[],
  options: TestOptions = {},
): Promise<readonly CheckResult[]> {
  await using stack = await createThrowawayStack(like, { sharesExternalVault: true });
  const services = [...new Set(["vault", ...selections.flatMap(({ suite }) => suite.services)])];
  await startForTests(stack, services, options);
  return await runSelections(stack, selections, options);
}

/** Runs the suites on the stack that is up; those that would disturb it only when that is asked for. */
export async function testOnRunningStack(
  stack: Stack,
  selections: readonly Selection[],
  options: TestOptions & { readonly disruptive: boolean },
): Promise<readonly CheckResult[]> {
  const disturbing = selections
    .filter(({ suite }) => suite.disruptive)
    .map(({ suite }) => suite.name);
  if (disturbing.length > 0 && !options.disruptive) {
    throw suiteErrors.DS_SUITE_DISTURBS(
      `${disturbing.join(", ")} would stop or change things in the stack that is in use`,
      {
        hint: "add --disruptive, or leave out --live: the suite then runs on a stack of its own",
      },
    );
  }
  return await runSelections(stack, selections, options);
}

async function runSelections(
  stack: Stack,
  selections: readonly Selection[],
  options: TestOptions,
): Promise<readonly CheckResult[]> {
  const handle = await openStackHandle(stack);
  const results: CheckResult[] = [];
  for (const selection of selections) {
    options.signal?.throwIfAborted();
    options.onSuite?.(selection);
    const chosen = selection.suite.checks.filter(({ id }) => selection.ids.has(id));
    results.push(...(await runChecks(chosen, handle, options)));
  }
  return results;
}

/** Brings up a stack that a test needs whole; the first fault of a service is the test's. */
export async function startForTests(
  stack: Stack,
  services: readonly string[],
  options: TestOptions = {},
): Promise<void> {
  const outcome = await up(stack, {
    services,
    ...(options.onEngine ? { onEngine: options.onEngine } : {}),
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const unavailable = Object.values(outcome.unavailable)[0];
  const failed = outcome.daemon.units.find(
    (unit) => services.includes(unit.name) && unit.error,
  )?.error;
  const error = failed ?? unavailable;
  if (error) throw DevStackError.fromJSON(error);
}
