import type { ServiceDefinition } from "./definition.ts";

/** The definition with those of its faults that are named. */
export function applyFaults(
  definition: ServiceDefinition,
  names: readonly string[],
): ServiceDefinition {
  return names.reduce(
    (changed, name) => definition.faults?.[name]?.change(changed) ?? changed,
    definition,
  );
}
