import { proveSuite, unprovenChecks } from "../../app/prove-suites.ts";
import { planSuites, testOnRunningStack, testOnThrowawayStack } from "../../app/test-suites.ts";
import { packageRuns, type PackageTests, testPackages } from "../../app/test-packages.ts";
import type { ExitCode } from "../../shared/errors.ts";
import type { Selection } from "../../suites/registry.ts";
import type { Command, Invocation } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { testReport } from "../test-report.ts";

const packageTests: readonly PackageTests[] = ["unit", "integration"];
const kinds = [...packageTests, "live"] as const;

export const testCommand: Command = {
  usage: "[--kind unit|integration|live] [--live [--disruptive]] [--prove] [suite…|check…]",
  options: {
    kind: { type: "string" },
    live: { type: "boolean" },
    disruptive: { type: "boolean" },
    prove: { type: "boolean" },
  },
  optionHelp: {
    "--kind K": "unit: beside the source; integration: whole stacks; live: the suites",
    "--live": "on the stack that is up, instead of one of their own",
    "--disruptive": "with --live: also suites that stop or change things",
    "--prove": "break on purpose what each check guards, and see that it turns red",
  },
  positionals: { min: 0, max: 100 },
  completes: "suite",
  optionValues: { kind: kinds },
  run: async (invocation) => {
    const { values, positionals } = invocation;
    const kind = values["kind"];
    if (kind !== undefined && !kinds.includes(kind as never)) {
      throw cliErrors.DS_USAGE(`--kind takes ${kinds.join(", ")}, not ${JSON.stringify(kind)}`);
    }
    const named = positionals.filter((name) => !packageTests.includes(name as PackageTests));
    const selections = positionals.length > 0 && named.length === 0 ? [] : planSuites(named);
    if (values["prove"] === true) return prove(invocation, selections);
    const packages = packageTests.filter(
      (each) =>
        (kind === undefined || kind === each) &&
        values["live"] !== true &&
        (positionals.length === 0 || positionals.includes(each)),
    );
    return run(invocation, packages, kind === undefined || kind === "live" ? selections : []);
  },
};

async function run(
  invocation: Invocation,
  packages: readonly PackageTests[],
  live: readonly Selection[],
): Promise<ExitCode> {
  const { terminal, json, values, home, interrupted } = invocation;
  const stack = await invocation.stack();
  const report = testReport(terminal, json);
  for (const each of packageRuns(packages)) {
    report.title(`${each.name}: the packages' own tests`);
    report.packages(each.name, await testPackages(home, each, interrupted));
  }
  if (live.length > 0) {
    const options = {
      onSuite: ({ suite }: Selection) => report.title(`${suite.name}: ${suite.summary}`),
      onStart: report.start,
      onEnd: report.end,
      onEvent: ({ unit, state }: { unit: string; state: string }) =>
        terminal.transient(`${unit} ${state}`),
      onEngine: ({ engine, step, detail }: { engine: string; step: string; detail: string }) =>
        terminal.transient(`${engine}: ${step} ${detail}`),
      signal: interrupted,
    };
    if (values["live"] === true) {
      await testOnRunningStack(stack, live, {
        ...options,
        disruptive: values["disruptive"] === true,
      });
    } else {
      report.note("starting a stack for the live suites, with data and ports of its own");
      await testOnThrowawayStack(stack, live, options);
    }
  }
  return report.finish();
}

async function prove(invocation: Invocation, selections: readonly Selection[]): Promise<ExitCode> {
  const { terminal, json, interrupted } = invocation;
  const stack = await invocation.stack();
  const { colour } = terminal;
  const say = json ? terminal.progress : terminal.result;
  const results = [];
  const unproven: string[] = [];
  for (const { suite } of selections) {
    say(colour.bold(`\n${suite.name}: what each fault turns red`));
    results.push(
      ...(await proveSuite(stack, suite, {
        onFault: (_, fault) => terminal.transient(`[PROVE] ${suite.name}: ${fault.name} …`),
        onProof: (result) => {
          const mark = result.proven ? colour.green("[PASS]") : colour.red("[FAIL]");
          say(
            `${mark} ${result.fault}: ${result.summary}; red: ${result.seenRed.join(", ") || "none"}`,
          );
          if (!result.proven)
            say(
              `       expected red: ${result.expectedRed.join(", ")}${result.error ? `; ${result.error}` : ""}`,
            );
        },
        signal: interrupted,
      })),
    );
    unproven.push(...unprovenChecks(suite));
  }
  const failed = results.filter((result) => !result.proven).length;
  if (json) terminal.result(JSON.stringify({ faults: results, unproven }));
  say(`\nunproven checks: ${unproven.join(", ") || "none"}`);
  say(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 && unproven.length === 0 ? 0 : 1;
}
