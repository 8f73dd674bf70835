import { definitions } from "../../services/registry.ts";
import { chosenEngine } from "../engines.ts";
import { defineCheck } from "./check.ts";

export const engines = defineCheck({
  name: "engines",
  codes: {
    DS_DOCTOR_ENGINE_NOT_FETCHED: {
      severity: "note",
      why: "the next start looks for it, and may need a network",
    },
  },
  examine: async ({ stack }) => {
    const chosen = definitions.map(async ({ name, engine }) =>
      (await chosenEngine(stack, engine)) ? [] : [name],
    );
    const missing = (await Promise.all(chosen)).flat();
    if (missing.length === 0) return [];
    const what = `no engine is in the cache for ${missing.join(", ")}`;
    return [
      {
        code: "DS_DOCTOR_ENGINE_NOT_FETCHED",
        what,
        command: `devstack fetch ${missing.join(" ")}`,
      },
    ];
  },
});
