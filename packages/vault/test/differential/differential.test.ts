import { afterAll, beforeAll, expect, test } from "vitest";
import { TestVault } from "../test-vault.ts";
import { compareSection, type Difference } from "./compare.ts";
import { knownDifferences, reasonFor } from "./known-differences.ts";
import { Peer } from "./peer.ts";
import { sections } from "./sections/registry.ts";

const {
  DIFFERENTIAL_REFERENCE_ADDR: referenceAddress = "",
  DIFFERENTIAL_REFERENCE_TOKEN: referenceToken = "",
  DIFFERENTIAL_SUBJECT_ADDR: ownAddress = "",
  DIFFERENTIAL_SUBJECT_TOKEN: ownToken = "",
} = process.env;

const reference = referenceAddress !== "";
if (!reference) {
  console.log(
    "differential: skipped, since DIFFERENTIAL_REFERENCE_ADDR and DIFFERENTIAL_REFERENCE_TOKEN name no server to compare with",
  );
}

const counts: string[] = [];
const found: Difference[] = [];
/** One for all sections, as the reference is: some go on where another left off. */
let vault: TestVault | undefined;

beforeAll(async () => {
  if (reference && ownAddress === "") vault = await TestVault.start();
});
afterAll(async () => {
  await vault?.[Symbol.asyncDispose]();
  if (!reference) return;
  const byReason = Map.groupBy(found, (difference) => reasonFor(difference) ?? "NOT KNOWN");
  const reasons = [...byReason].map(([reason, { length }]) => `${length} of: ${reason}`);
  console.log([...counts, ...reasons].join("\n"));
});

/** Names what both servers were asked, what came of it, and what that has to be. */
function shown({ request, where, ours, reference: other }: Difference): string {
  return `${request}\n  ${where}\n    ours      ${ours}\n    reference ${other}`;
}

test.skipIf(!reference).each(sections)("$name", async (section) => {
  const ours = new Peer(vault?.url ?? ownAddress, vault?.rootToken ?? ownToken);
  const differences = await compareSection(
    section,
    ours,
    new Peer(referenceAddress, referenceToken),
  );
  const open = differences.filter((difference) => reasonFor(difference) === undefined);
  const { length: requests } = section.steps;
  counts.push(
    `${section.name}: ${requests} requests, ${differences.length - open.length} known differences, ${open.length} others`,
  );
  found.push(...differences);
  expect(open.map(shown)).toEqual([]);
});

test.skipIf(!reference)("each known difference is still one", () => {
  const reasons = new Set(found.map(reasonFor));
  const stale = knownDifferences.filter(({ reason }) => !reasons.has(reason));
  expect(stale.map(({ reason }) => reason)).toEqual([]);
});
