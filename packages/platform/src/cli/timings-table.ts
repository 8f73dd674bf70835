import type { UnitStatus } from "../supervisor/unit.ts";
import { criticalPathText } from "./critical-path.ts";
import { formatTable } from "./table.ts";

/** What each service spent on each part of its last start, and the chain that the whole waited for. */
export function timingsText(units: readonly UnitStatus[], totalSeconds: number): string {
  const rows = units
    .filter((unit) => unit.timings.ready !== undefined)
    .toSorted((a, b) => (a.timings.ready ?? 0) - (b.timings.ready ?? 0))
    .map((unit) => {
      const { waiting = 0, preparing = 0, starting = 0, settling = 0, ready = 0 } = unit.timings;
      const parts = [
        preparing - waiting,
        starting - preparing,
        settling - starting,
        ready - settling,
        ready - preparing,
      ];
      return [unit.name, ...parts.map((ms) => `${ms} ms`), `${ready} ms`];
    });
  return [
    formatTable(
      ["SERVICE", "WAITED", "PREPARED", "STARTED", "SETTLED", "OWN START", "READY AT"],
      rows,
    ),
    "",
    `critical path: ${criticalPathText(units, totalSeconds * 1000)}`,
  ].join("\n");
}
