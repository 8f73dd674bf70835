const shown = 10;

/** Where two JSON values differ, at most ten places: `/nodes/0/role: "master", "replica"`. Empty when they are equal. */
export function differences(one: unknown, other: unknown): readonly string[] {
  const found: string[] = [];
  const compare = (left: unknown, right: unknown, at: string): void => {
    if (found.length === shown || left === right) return;
    if (isHolder(left) && isHolder(right) && Array.isArray(left) === Array.isArray(right)) {
      for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
        compare(left[key], right[key], `${at}/${key}`);
    } else found.push(`${at || "all of it"}: ${brief(left)}, ${brief(right)}`);
  };
  compare(one, other, "");
  return found;
}

function isHolder(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
