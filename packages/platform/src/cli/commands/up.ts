import { down } from "../../app/down.ts";
import { status, type StackStatus } from "../../app/status.ts";
import { up, type UpOutcome } from "../../app/up.ts";
import { type ExitCode, exitCodes } from "../../shared/errors.ts";
import type { UnitEvent } from "../../supervisor/unit.ts";
import type { ToolchainProgress } from "../../toolchain/engine.ts";
import type { Command } from "../command.ts";
import { errorLines } from "../print-error.ts";
import { statusText } from "../status-table.ts";
import type { Terminal } from "../terminal.ts";
import { timingsText } from "../timings-table.ts";

export const upCommand: Command = {
  usage: "[--timings] [service…]",
  options: { timings: { type: "boolean" } },
  optionHelp: { "--timings": "how long each service took, and which of them the whole waited for" },
  positionals: { min: 0, max: 32 },
  run: async ({ stack, terminal, positionals, values, json, interrupted }) => {
    const startedAt = performance.now();
    const resolved = await stack();
    const wasRunning = (await status(resolved)).running;
    let outcome: UpOutcome;
    try {
      outcome = await up(resolved, {
        ...(positionals.length > 0 ? { services: positionals } : {}),
        onEngine: engineProgress(terminal),
        onEvent: serviceProgress(terminal, startedAt),
        onWait: (pid) =>
          terminal.progress(`waiting for another "devstack up" (pid ${pid}) to start the daemon`),
        signal: interrupted,
      });
    } catch (error) {
      if (interrupted.aborted && !wasRunning) {
        await down(resolved);
        terminal.progress("interrupted; what had been started is stopped again");
      }
      throw error;
    }
    const found = await status(resolved);
    const seconds = (performance.now() - startedAt) / 1000;
    if (json) terminal.result(JSON.stringify({ ...found, seconds, timings: outcome.daemon.units }));
    else {
      terminal.result(statusText(found, terminal));
      if (values["timings"] === true)
        terminal.result(`\n${timingsText(outcome.daemon.units, seconds)}`);
      terminal.result(`\n${nextSteps(found, seconds)}`);
    }
    return exitCodeOf(found, outcome);
  },
};

function nextSteps(found: StackStatus, seconds: number): string {
  const ready = new Set(
    found.instances.filter((one) => one.state === "ready").map((one) => one.service),
  );
  return [
    `${ready.size} services ready after ${seconds.toFixed(1)} s`,
    "  devstack env                    settings to connect with, TLS and passwords included",
    "  devstack vault token            the vault's root token",
    "  devstack down                   stop everything, keep the data",
  ].join("\n");
}

/** Something failed: that error's own code; an engine that can't be had here: partly done. */
function exitCodeOf(found: StackStatus, outcome: UpOutcome): ExitCode {
  const asked = new Set(outcome.daemon.units.filter((unit) => unit.error).map((unit) => unit.name));
  const failed = found.instances.find((one) => asked.has(one.service) && one.error);
  if (failed?.error) return failed.error.exit;
  return Object.keys(outcome.unavailable).length > 0 ? exitCodes.partlyDone : exitCodes.done;
}

function engineProgress(terminal: Terminal): (progress: ToolchainProgress) => void {
  const shown = new Set<string>();
  return ({ engine, step, detail, fraction }) => {
    const percent = fraction === undefined ? "" : ` ${Math.floor(fraction * 100)} %`;
    const line = `  ${engine}: ${step}${percent} ${detail}`;
    if (step === "ready" && !shown.has(engine)) return; // it was in the cache: nothing took time
    shown.add(engine);
    terminal.transient(line);
    // Where lines can't be replaced, each step is said once.
    if (!terminal.interactive && !shown.has(`${engine} ${step}`))
      terminal.progress(`  ${engine}: ${step} ${detail}`);
    shown.add(`${engine} ${step}`);
  };
}

function serviceProgress(terminal: Terminal, startedAt: number): (event: UnitEvent) => void {
  return ({ unit, state, error }) => {
    const seconds = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
    if (state === "ready")
      terminal.progress(`  ${terminal.colour.green("ready")}   ${unit} (${seconds})`);
    else if (state === "failed" && error) {
      terminal.progress(`  ${terminal.colour.red("failed")}  ${unit} (${seconds})`);
      for (const line of errorLines(error)) terminal.progress(`    ${line}`);
    } else terminal.transient(`  ${state} ${unit}`);
  };
}
