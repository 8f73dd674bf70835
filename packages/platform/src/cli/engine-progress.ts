import type { ToolchainProgress } from "../toolchain/engine.ts";
import type { Terminal } from "./terminal.ts";

const barWidth = 20;

/** Shows how far each engine is. Where lines can't be replaced, each step is said once. */
export function engineProgress(terminal: Terminal): (progress: ToolchainProgress) => void {
  const shown = new Set<string>();
  return ({ engine, step, detail, fraction }) => {
    if (step === "ready" && !shown.has(engine)) return; // it was in the cache: nothing took time
    shown.add(engine);
    const line = `  ${engine}: ${step} ${detail}`;
    if (terminal.interactive)
      terminal.transient(fraction === undefined ? line : `  ${bar(fraction)}${line}`);
    else if (!shown.has(`${engine} ${step}`)) terminal.progress(line);
    shown.add(`${engine} ${step}`);
  };
}

function bar(fraction: number): string {
  const done = Math.round(fraction * barWidth);
  const percent = String(Math.floor(fraction * 100)).padStart(3);
  return `[${"#".repeat(done)}${"-".repeat(barWidth - done)}] ${percent} %`;
}
