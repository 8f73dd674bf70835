import type { ExitCode } from "../shared/errors.ts";
import type { CheckResult } from "../suites/run-checks.ts";
import type { Check } from "../suites/suite.ts";
import type { Terminal } from "./terminal.ts";

export interface TestReport {
  readonly title: (text: string) => void;
  readonly note: (text: string) => void;
  readonly packages: (kind: string, passed: boolean) => void;
  readonly start: (check: Check) => void;
  readonly end: (result: CheckResult) => void;
  /** Totals and the list of failures; gives the exit code. */
  readonly finish: () => ExitCode;
}

/** Tells how the tests go, for people as it happens, for programs as one document at the end. */
export function testReport(terminal: Terminal, json: boolean): TestReport {
  const { colour } = terminal;
  const say = json ? terminal.progress : terminal.result;
  const results: CheckResult[] = [];
  const packages: { kind: string; passed: boolean }[] = [];
  const marks = {
    passed: colour.green("[PASS]"),
    failed: colour.red("[FAIL]"),
    skipped: colour.yellow("[SKIP]"),
  } as const;
  return {
    title: (text) => say(colour.bold(`\n${text}`)),
    note: (text) => say(text),
    packages: (kind, passed) => {
      packages.push({ kind, passed });
      say(`${marks[passed ? "passed" : "failed"]} ${kind}`);
    },
    start: (check) => say(`[TEST] ${check.id} ${check.title}`),
    end: (result) => {
      results.push(result);
      say(`${marks[result.verdict]} ${result.id} (${result.durationMs} ms)`);
      for (const line of [...(result.lines ?? []), ...reasons(result)]) say(`       ${line}`);
    },
    finish: () => {
      const failed = results.filter((result) => result.verdict === "failed");
      const failedPackages = packages.filter(({ passed }) => !passed);
      const count = (verdict: CheckResult["verdict"]): number =>
        results.filter((one) => one.verdict === verdict).length;
      const totals = {
        passed: count("passed") + packages.length - failedPackages.length,
        failed: failed.length + failedPackages.length,
        skipped: count("skipped"),
      };
      if (json) terminal.result(JSON.stringify({ ...totals, packages, checks: results }));
      say("");
      for (const { kind } of failedPackages) say(`failed: ${kind}`);
      for (const result of failed) say(`failed: ${result.id} ${result.title}`);
      say(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
      return totals.failed === 0 ? 0 : 1;
    },
  };
}

function reasons(result: CheckResult): readonly string[] {
  if (result.verdict === "skipped") return [`skipped: ${result.reason}`];
  if (result.verdict === "failed")
    return [`expected: ${result.expected}`, `seen:     ${result.seen}`];
  return [];
}
