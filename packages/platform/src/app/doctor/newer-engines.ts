import { definitions } from "../../services/registry.ts";
import { newerPackages } from "../../toolchain/newer-packages.ts";
import { chosenEngine, toolchainOptions } from "../engines.ts";
import { defineCheck, type Found } from "./check.ts";

type Code = "DS_DOCTOR_ENGINE_OLD";

/** Only when it is asked for: everything else that `doctor` says needs no network. */
export const newerEngines = defineCheck({
  name: "newer packages",
  codes: {
    DS_DOCTOR_ENGINE_OLD: {
      severity: "warning",
      why: "the distribution has updates for it, security updates among them",
    },
  },
  examine: async ({ stack, online }) => {
    if (!online) return [];
    const found = definitions.map(async ({ name, engine }): Promise<readonly Found<Code>[]> => {
      const installation = await chosenEngine(stack, engine);
      if (!installation) return [];
      const newer = await newerPackages(engine, installation, toolchainOptions(stack));
      if (newer.length === 0) return [];
      const listed = newer.map((one) => `${one.name} ${one.present} → ${one.newest}`).join(", ");
      const command = `devstack fetch --newest ${name} && devstack restart ${name}`;
      return [{ code: "DS_DOCTOR_ENGINE_OLD", what: `${name}: ${listed}`, command }];
    });
    return (await Promise.all(found)).flat();
  },
});
