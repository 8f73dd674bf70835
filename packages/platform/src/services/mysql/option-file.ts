/** As an option file wants it: within quotes a `#` begins no comment, and a backslash protects a quote or itself. */
export function quoted(value: string | number): string {
  const text = String(value)
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll("\n", String.raw`\n`);
  return `"${text}"`;
}
