/** The lines of INFO and CLUSTER INFO, by name. */
export function parseInfo(text: unknown): ReadonlyMap<string, string> {
  const lines = String(text)
    .split("\r\n")
    .map((line) => line.split(":"));
  return new Map(lines.map(([name = "", ...value]) => [name, value.join(":")]));
}
