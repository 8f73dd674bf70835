import { referenceApis } from "../services/reference-apis/apis.ts";
import { apiFaults } from "./api-faults.ts";
import { type ApiCheck, apiChecks } from "./api-checks.ts";
import type { Check, Suite } from "./suite.ts";

const apis = referenceApis.map(({ name }) => name);

export const apiSuite: Suite = {
  name: "api",
  summary: "the reference APIs: each gives, over both ways in, what the services really hold",
  services: ["postgres", "mysql", "mongodb", "redis", "rabbitmq", ...apis],
  disruptive: false,
  checks: apis.flatMap((api) => apiChecks.map((one, index) => checkOf(api, one, index + 1))),
  faults: apiFaults,
};

/** `api.contract-api.03` */
function checkOf(api: string, { title, fault, run }: ApiCheck, number: number): Check {
  return {
    id: `api.${api}.${String(number).padStart(2, "0")}`,
    title: `${api}: ${title}`,
    fault,
    run: async (context) => run({ ...context, api }),
  };
}
