/** Columns of the same width, two spaces between; the last one is as long as it is. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...all.map((row) => visibleLength(row[column] ?? ""))),
  );
  return all
    .map((row) =>
      row
        .map(
          (cell, column) =>
            cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - visibleLength(cell))),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function visibleLength(text: string): number {
  // oxlint-disable-next-line no-control-regex -- colour codes take no room
  return text.replaceAll(/\x1b\[\d+m/g, "").length;
}
