import { type AwaitedState, awaitedStates, waitFor } from "../../app/wait-for.ts";
import { nearest } from "../../shared/nearest.ts";
import type { Command } from "../command.ts";
import { cliErrors } from "../errors.ts";
import { parseDuration } from "../parse-duration.ts";

export const waitCommand: Command = {
  usage: "[--status healthy|stopped] [--timeout 60s] SERVICE…",
  options: { status: { type: "string" }, timeout: { type: "string" } },
  optionHelp: {
    "--status S":
      "healthy (default): it answers a check of now; stopped: none of its processes is there",
    "--timeout T": "how long at most: 60s (default), 500ms, 2m; then the exit code is 5",
  },
  positionals: { min: 1, max: 32 },
  completes: "unit",
  optionValues: { status: awaitedStates },
  run: async ({ stack, terminal, json, positionals, values, interrupted }) => {
    const state = awaited(String(values["status"] ?? "healthy"));
    const timeoutMs = parseDuration("--timeout", String(values["timeout"] ?? "60s"));
    const startedAt = performance.now();
    await waitFor(await stack(), positionals, { state, timeoutMs, signal: interrupted });
    const seconds = (performance.now() - startedAt) / 1000;
    terminal.result(
      json
        ? JSON.stringify({ services: positionals, status: state, seconds })
        : `${positionals.join(", ")}: ${state} after ${seconds.toFixed(1)} s`,
    );
    return 0;
  },
};

function awaited(text: string): AwaitedState {
  const state = awaitedStates.find((each) => each === text);
  if (state) return state;
  const meant = nearest(text, awaitedStates);
  throw cliErrors.DS_USAGE(
    `--status takes ${awaitedStates.join(" or ")}, not ${JSON.stringify(text)}`,
    meant ? { hint: `did you mean "${meant}"?` } : {},
  );
}
