/** Lower case, trimmed, sorted, each once; `root` stands alone; `default` is added when asked for. */
export function sanitizePolicies(names: readonly string[], addDefault: boolean): string[] {
  const clean = new Set(
    names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ""),
  );
  if (clean.has("root")) return ["root"];
  if (addDefault) clean.add("default");
  return [...clean].toSorted();
}
