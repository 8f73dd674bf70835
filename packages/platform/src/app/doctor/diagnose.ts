import { messageOf } from "../../shared/errors.ts";
import { definitions } from "../../services/registry.ts";
import { engineText } from "../engine-records.ts";
import { chosenEngine } from "../engines.ts";
import type { Check, Examination, Finding } from "./check.ts";
import { checks } from "./checks.ts";

export interface Diagnosis {
  readonly stack: string;
  readonly folder: string;
  /** By service: what the cache has for it, "postgresql 15.18 (prefix)". */
  readonly engines: Readonly<Record<string, string>>;
  /** What was found and is mended now; the rest could not be, or was not asked for. */
  readonly mended: readonly Finding[];
  readonly findings: readonly Finding[];
}

/** Looks at everything; with `fix` mends what can be mended without a loss, and looks again. */
export async function diagnose(
  examination: Examination,
  options: { readonly fix: boolean; readonly onCheck?: (name: string) => void },
): Promise<Diagnosis> {
  const look = async () => examineAll(checks, examination, options.onCheck);
  let findings = await look();
  const mendable = findings.filter(({ mend }) => mend);
  let mended: readonly Finding[] = [];
  if (options.fix && mendable.length > 0) {
    const failures = await mendAll(mendable);
    findings = [...(await look()), ...failures];
    const left = new Set(findings.map(keyOf));
    mended = mendable.filter((finding) => !left.has(keyOf(finding)));
  }
  const { stack } = examination;
  return {
    stack: stack.id,
    folder: stack.folder,
    engines: await chosen(examination),
    mended,
    findings,
  };
}

function keyOf({ code, what }: Finding): string {
  return `${code} ${what}`;
}

/** A check that fails takes none of the others with it. */
async function examineAll(
  all: readonly Check[],
  examination: Examination,
  onCheck?: (name: string) => void,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { name, codes, examine } of all) {
    onCheck?.(name);
    try {
      for (const found of await examine(examination)) {
        const { severity, why } = codes[found.code] ?? { severity: "error", why: "" };
        findings.push({ severity, why, ...found });
      }
    } catch (error) {
      findings.push(notExamined(name, error));
    }
  }
  return findings;
}

function notExamined(name: string, error: unknown): Finding {
  return {
    code: "DS_DOCTOR_NOT_EXAMINED",
    severity: "warning",
    what: `${name}: ${messageOf(error)}`,
    why: "nothing can be said about it",
  };
}

/** In order: what one mends may be what another needs. Gives what could not be mended. */
async function mendAll(findings: readonly Finding[]): Promise<readonly Finding[]> {
  const failures: Finding[] = [];
  for (const { mend, code, what } of findings) {
    try {
      await mend?.();
    } catch (error) {
      failures.push({
        code: "DS_DOCTOR_NOT_MENDED",
        severity: "warning",
        what: `${code}: ${what}: ${messageOf(error)}`,
        why: "what doctor tried did not succeed",
      });
    }
  }
  return failures;
}

async function chosen({ stack }: Examination): Promise<Readonly<Record<string, string>>> {
  const found = definitions.map(async ({ name, engine }) => {
    const installation = await chosenEngine(stack, engine);
    return installation ? [[name, engineText(installation)]] : [];
  });
  return Object.fromEntries((await Promise.all(found)).flat()) as Record<string, string>;
}
