import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { discardTemplate, templateFolder, templateOf } from "../../services/data-template.ts";
import { definitions } from "../../services/registry.ts";
import { lockHolder } from "../../shared/lock.ts";
import { chosenEngine } from "../engines.ts";
import type { Stack } from "../stack.ts";
import { defineCheck, type Found } from "./check.ts";
import { stacksOfCache } from "./stacks-of-cache.ts";

type Code = "DS_DOCTOR_TEMPLATE_HALF_MADE" | "DS_DOCTOR_TEMPLATE_UNUSED";

export const dataTemplates = defineCheck({
  name: "templates of data",
  codes: {
    DS_DOCTOR_TEMPLATE_HALF_MADE: {
      severity: "warning",
      why: "a first start that was cut off left it, and it takes room",
    },
    DS_DOCTOR_TEMPLATE_UNUSED: {
      severity: "note",
      why: "it was made by an engine that no stack would choose again",
    },
  },
  examine: async ({ stack }) => {
    const folder = templateFolder(stack.base.cache);
    const names = (await readdir(folder).catch(() => [])).filter((name) => !name.endsWith(".lock"));
    const wanted = await wantedTemplates(stack);
    const found = names.map(async (name): Promise<readonly Found<Code>[]> => {
      const template = path.join(folder, name);
      const [whole = name, partial] = name.split(".partial-");
      if (partial === undefined) return wanted.has(template) ? [] : [unused(template)];
      // Somebody may be making it right now.
      if (await lockHolder(path.join(folder, `${whole}.lock`))) return [];
      return [
        {
          code: "DS_DOCTOR_TEMPLATE_HALF_MADE",
          what: `${template} was never finished`,
          command: `rm -r '${template}'`,
          mend: async () => rm(template, { recursive: true, force: true }),
        },
      ];
    });
    return (await Promise.all(found)).flat();
  },
});

function unused(template: string): Found<Code> {
  return {
    code: "DS_DOCTOR_TEMPLATE_UNUSED",
    what: template,
    command: `rm -r '${template}'`,
    mend: async () => discardTemplate(template),
  };
}

async function wantedTemplates(stack: Stack): Promise<ReadonlySet<string>> {
  const stacks = await stacksOfCache(stack);
  const templates = stacks.flatMap((each) =>
    definitions.map(async ({ engine }) => {
      const installation = await chosenEngine(each, engine);
      return installation ? [templateOf(stack.base.cache, installation)] : [];
    }),
  );
  return new Set((await Promise.all(templates)).flat());
}
