import { referenceApis } from "../services/reference-apis/apis.ts";
import { referenceApiFaults } from "../services/reference-apis/faults.ts";
import { referenceApiParityFaults } from "../services/reference-apis/parity-faults.ts";
import type { SuiteFault } from "./suite.ts";

const apis = referenceApis.map(({ name }) => name);
const summaries = { ...referenceApiFaults, ...referenceApiParityFaults };

/** The one that `api-alone-…` changes, and whom it is compared with. */
const changed = "contract-api";
const pairs = apis.filter((api) => api !== changed).map((api) => `${api}+${changed}`);

/** What is broken on purpose to show that parity sees it: in every API alike, or in one of them. */
export const parityFaults: readonly SuiteFault[] = [
  everywhere("api-nameless", 1, 2, 17),
  everywhere("api-document-without-info", 3, 4, 17),
  everywhere("api-document-of-swagger", 3, 4, 5, 17),
  everywhere("api-health-in-other-words", 6, 7, 9, 17),
  everywhere("api-vault-health-invented", 7, 8, 17),
  everywhere("api-secrets-invented", 10),
  everywhere("api-cache-invented", 11, 12, 17, 18),
  fault("api-metrics-in-json", [
    ...apis.flatMap((api) => ids(api, [13, 14, 17])),
    ...pairs.flatMap((pair) => ids(pair, [6])), // what is no such text can't be compared
  ]),
  everywhere("api-404-as-a-page", 15, 16),
  alone("api-alone-root", [], [1, 8]),
  alone("api-alone-document", [4], [2, 8]),
  alone("api-alone-health", [8], [3, 8]),
  alone("api-alone-secrets", [], [4]),
  alone("api-alone-cache", [11, 12], [5, 8]),
  alone("api-alone-validation", [], [4, 9]),
  alone("api-alone-metrics", [14], [6]),
  alone("api-alone-404", [16], [7]),
];

function everywhere(name: string, ...functions: readonly number[]): SuiteFault {
  return fault(
    name,
    apis.flatMap((api) => ids(api, functions)),
  );
}

function alone(
  name: string,
  functions: readonly number[],
  comparisons: readonly number[],
): SuiteFault {
  return fault(name, [
    ...ids(changed, functions),
    ...pairs.flatMap((pair) => ids(pair, comparisons)),
  ]);
}

function fault(name: string, turnsRed: readonly string[]): SuiteFault {
  return { name, summary: summaries[name]?.summary ?? "", seam: name, turnsRed };
}

function ids(about: string, numbers: readonly number[]): readonly string[] {
  return numbers.map((number) => `parity.${about}.${String(number).padStart(2, "0")}`);
}
