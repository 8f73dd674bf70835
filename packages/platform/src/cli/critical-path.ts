import type { UnitStatus } from "../supervisor/unit.ts";

/** The phases of a start in their order, in the words of the timings table. */
const phases = [
  ["preparing", "prepared"],
  ["starting", "started"],
  ["settling", "settled"],
] as const;

/**
 * The units that the whole start waited for, first to last: the one that was ready last, before it the dependency that
 * it waited for longest, and so on.
 */
export function criticalPath(units: readonly UnitStatus[]): readonly UnitStatus[] {
  const readyAt = ({ timings }: UnitStatus): number => timings.ready ?? -1;
  const latest = (among: readonly UnitStatus[]): UnitStatus | undefined =>
    among
      .filter(({ timings }) => timings.ready !== undefined)
      .toSorted((a, b) => readyAt(b) - readyAt(a))[0];
  const path: UnitStatus[] = [];
  for (
    let unit = latest(units);
    unit && !path.includes(unit);
    unit = latest(units.filter(({ name }) => path[0]?.dependsOn.includes(name)))
  )
    path.unshift(unit);
  return path;
}

/** "vault 282 ms (prepared 10, started 174, settled 96) → redis 2227 ms (…); 270 ms before and after". */
export function criticalPathText(units: readonly UnitStatus[], totalMs: number): string {
  const path = criticalPath(units);
  const last = path.at(-1)?.timings.ready;
  if (last === undefined) return "nothing was started";
  const texts = path.map(({ name, timings, foreseenAt }) => {
    const parts = phases.map(([phase, word], index) => {
      const next = phases[index + 1]?.[0] ?? "ready";
      return `${word} ${(timings[next] ?? 0) - (timings[phase] ?? 0)}`;
    });
    const own = (timings.ready ?? 0) - (timings.preparing ?? 0);
    if (foreseenAt !== undefined) parts.push(`running since ${foreseenAt} ms`);
    return `${name} ${own} ms (${parts.join(", ")})`;
  });
  return `${texts.join(" → ")}; ${Math.round(totalMs - last)} ms before and after; ${(totalMs / 1000).toFixed(2)} s in all`;
}
