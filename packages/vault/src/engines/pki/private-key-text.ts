import type { Fields } from "../../core/fields.ts";

/** A private key in the form that was asked for: PEM, or the same bytes in base64 for `der`. */
export function privateKeyText(pem: string, fields: Fields): string {
  if (fields.string("format") !== "der") return pem;
  return pem
    .split("\n")
    .filter((line) => !line.startsWith("-----"))
    .join("");
}
