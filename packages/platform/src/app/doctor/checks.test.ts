import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { checks } from "./checks.ts";

it("has codes that no two checks share, and the page lists each with its severity", () => {
  const page = readFileSync(
    path.resolve(import.meta.dirname, "../../../../../docs/doctor.md"),
    "utf8",
  );
  const listed = [...page.matchAll(/^\| `(DS_DOCTOR_\w+)` +\| (\w+) +\| (.+?) +\|$/gm)].map(
    ([, code, severity, why]) => [code, severity, why],
  );
  const codes = checks.flatMap((check) =>
    Object.entries(check.codes).map(([code, { severity, why }]) => [code, severity, why]),
  );
  expect(new Set(codes.map(([code]) => code)).size).toBe(codes.length);
  expect(listed).toEqual(codes);
});
