import type { Finding, Severity } from "../app/doctor/check.ts";
import type { Diagnosis } from "../app/doctor/diagnose.ts";
import type { Colour, Terminal } from "./terminal.ts";

const severities: readonly Severity[] = ["error", "warning", "note"];

/** The diagnosis for a reader: what is wrong first, each with why it matters and what to type. */
export function doctorReport(diagnosis: Diagnosis, { colour }: Terminal): string {
  const { engines, findings, mended } = diagnosis;
  const ordered = severities.flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity),
  );
  return [
    `stack ${diagnosis.stack} (${diagnosis.folder})`,
    ...Object.entries(engines).map(([service, engine]) => `  ${service}: ${engine}`),
    "",
    ...mended.map(({ code, what }) => `${colour.green("mended")}   ${code}: ${what}`),
    ...ordered.flatMap((finding) => findingLines(finding, colour)),
    summary(findings),
  ].join("\n");
}

function findingLines(
  { severity, code, what, why, command }: Finding,
  colour: Colour,
): readonly string[] {
  const paint = { error: colour.red, warning: colour.yellow, note: colour.dim }[severity];
  return [
    `${paint(severity.padEnd(7))}  ${code}: ${what}`,
    `         ${why}`,
    ...(command === undefined ? [] : [`         ${command}`]),
  ];
}

function summary(findings: readonly Finding[]): string {
  if (findings.length === 0) return "nothing to mend";
  const counts = severities.map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return `${count} ${severity}${count === 1 ? "" : "s"}`;
  });
  const mendable = findings.filter(({ mend }) => mend).length;
  const offer = mendable === 0 ? "" : `; devstack doctor --fix mends ${mendable} of them`;
  return `\n${counts.join(", ")}${offer}`;
}
