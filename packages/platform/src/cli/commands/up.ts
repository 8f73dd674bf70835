import { withFreePorts } from "../../app/auto-ports.ts";
import { down } from "../../app/down.ts";
import { status, type StackStatus, withoutUnused } from "../../app/status.ts";
import type { Stack } from "../../app/stack.ts";
import { isOn } from "../../config/environment.ts";
import { profileNames } from "../../config/profile-names.ts";
import { up, type UpOutcome } from "../../app/up.ts";
import { type ExitCode, exitCodes } from "../../shared/errors.ts";
import type { UnitEvent } from "../../supervisor/unit.ts";
import type { Command, Invocation } from "../command.ts";
import { engineProgress } from "../engine-progress.ts";
import { errorLines } from "../print-error.ts";
import { statusText } from "../status-table.ts";
import type { Terminal } from "../terminal.ts";
import { timingsText } from "../timings-table.ts";

export const upCommand: Command = {
  usage: "[--profile NAME] [--auto-ports] [--offline] [--timings] [service…]",
  options: {
    profile: { type: "string" },
    "auto-ports": { type: "boolean" },
    offline: { type: "boolean" },
    timings: { type: "boolean" },
  },
  optionHelp: {
    "--profile NAME": `${profileNames.join(", ")}: which services, where none is named`,
    "--auto-ports": "free ports, chosen once and kept; so does DEVSTACK_AUTO_PORTS=1",
    "--offline": "look at nothing outside this machine; so does DEVSTACK_OFFLINE=1",
    "--timings": "how long each service took, and which of them the whole waited for",
  },
  positionals: { min: 0, max: 32 },
  completes: "unit",
  optionValues: { profile: profileNames },
  run: async ({ stack, terminal, positionals, values, json, interrupted, onForce }) => {
    const startedAt = performance.now();
    const resolved = await adjusted(await stack(), values);
    const wasRunning = (await status(resolved)).running;
    if (!wasRunning) onForce(async () => down(resolved, { force: true }));
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
    const found = withoutUnused(await status(resolved), resolved);
    const seconds = (performance.now() - startedAt) / 1000;
    if (json) terminal.result(JSON.stringify({ ...found, seconds, timings: outcome.daemon.units }));
    else {
      terminal.result(statusText(found, terminal));
      if (values["timings"] === true)
        terminal.result(`\n${timingsText(outcome.daemon.units, seconds)}`);
      terminal.result(`\n${nextSteps(found, seconds)}`);
      const { awaitsRestart = [] } = resolved;
      if (awaitsRestart.length > 0)
        terminal.progress(
          `${awaitsRestart.join(", ")} in the configuration changed since the stack was started; devstack restart heeds that`,
        );
    }
    return exitCodeOf(found, outcome);
  },
};

/** The stack as the options of this start will have it. */
async function adjusted(configured: Stack, values: Invocation["values"]): Promise<Stack> {
  const { profile, offline } = values;
  const stack = {
    ...configured,
    offline: configured.offline || offline === true,
    ...(typeof profile === "string" ? { profile } : {}),
  };
  const movesPorts = values["auto-ports"] === true || isOn(process.env, "DEVSTACK_AUTO_PORTS");
  return movesPorts ? withFreePorts(stack) : stack;
}

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
