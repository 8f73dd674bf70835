import { cacheHealth } from "./cache-health.ts";
import { cacheUnused } from "./cache-unused.ts";
import { certificates } from "./certificates.ts";
import type { Check } from "./check.ts";
import { dataTemplates } from "./data-templates.ts";
import { diskSpace } from "./disk-space.ts";
import { engines } from "./engines.ts";
import { folderModes } from "./folder-modes.ts";
import { leftovers } from "./leftovers.ts";
import { loopback } from "./loopback.ts";
import { newerEngines } from "./newer-engines.ts";
import { nodeVersion } from "./node-version.ts";
import { npmLock } from "./npm-lock.ts";
import { portsInUse } from "./ports-in-use.ts";
import { vaultKeys } from "./vault-keys.ts";

/** Everything that `doctor` looks at, in this order. */
export const checks: readonly Check[] = [
  nodeVersion,
  npmLock,
  diskSpace,
  folderModes,
  vaultKeys,
  certificates,
  loopback,
  portsInUse,
  leftovers,
  engines,
  newerEngines,
  cacheHealth,
  cacheUnused,
  dataTemplates,
];
