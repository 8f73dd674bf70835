import { instanceNames, serviceNames } from "../services/registry.ts";
import { suites } from "../suites/registry.ts";

/** Names that commands take, by what they stand for. */
export const knownNames = {
  service: serviceNames,
  /** Beside the user's own applications, as in the next. */
  unit: serviceNames,
  instance: [...new Set([...serviceNames, ...instanceNames])],
  suite: ["unit", "integration", ...suites.map((suite) => suite.name)],
} as const satisfies Readonly<Record<string, readonly string[]>>;
