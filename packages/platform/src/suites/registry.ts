import { suiteErrors } from "./errors.ts";
import { apiSuite } from "./api.ts";
import { approleAuthSuite } from "./approle-auth.ts";
import { approleSecuritySuite } from "./approle-security.ts";
import { nearest } from "../shared/nearest.ts";
import { mongodbSuite } from "./mongodb.ts";
import { mysqlSuite } from "./mysql.ts";
import { paritySuite } from "./parity.ts";
import { postgresSuite } from "./postgres.ts";
import { rabbitmqSuite } from "./rabbitmq.ts";
import { redisClusterSuite } from "./redis-cluster.ts";
import type { Suite } from "./suite.ts";
import { vaultSuite } from "./vault.ts";

/** Every live suite, in the order in which they run. */
export const suites: readonly Suite[] = [
  vaultSuite,
  approleAuthSuite,
  approleSecuritySuite,
  postgresSuite,
  mysqlSuite,
  mongodbSuite,
  redisClusterSuite,
  rabbitmqSuite,
  apiSuite,
  paritySuite,
];

export interface Selection {
  readonly suite: Suite;
  /** The ids that were asked for; all of the suite's otherwise. */
  readonly ids: ReadonlySet<string>;
}

/** What the names mean: a suite, one check of it ("vault.03"), or those that a name begins so ("api.contract-api"). DS_UNKNOWN_SUITE with the nearest name otherwise. */
export function selectSuites(names: readonly string[]): readonly Selection[] {
  const wanted = new Map<Suite, Set<string>>();
  for (const name of names) {
    const suite = suites.find(
      (one) => one.name === name || one.checks.some(({ id }) => isBelow(id, name)),
    );
    if (!suite) throw unknownSuite(name);
    const ids = wanted.get(suite) ?? new Set<string>();
    for (const { id } of suite.checks) if (isBelow(id, name)) ids.add(id);
    wanted.set(suite, ids);
  }
  return [...wanted].map(([suite, ids]) => ({ suite, ids }));
}

/** Names have parts with dots between them. */
function isBelow(id: string, name: string): boolean {
  return `${id}.`.startsWith(`${name}.`);
}

function unknownSuite(name: string): Error {
  const known = suites.flatMap((suite) => [suite.name, ...suite.checks.map((check) => check.id)]);
  const meant = nearest(name, ["unit", ...known]);
  return suiteErrors.DS_UNKNOWN_SUITE(`there is no suite or check ${JSON.stringify(name)}`, {
    hint: meant
      ? `did you mean "${meant}"?`
      : `the suites are unit, ${suites.map((one) => one.name).join(", ")}`,
  });
}
