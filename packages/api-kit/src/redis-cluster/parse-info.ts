/** `name:value` lines, as INFO and CLUSTER INFO give them; whole numbers as numbers. */
export function parseInfo(text: string): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    text
      .split("\r\n")
      .filter((line) => line.includes(":") && !line.startsWith("#"))
      .map((line) => {
        const [name = "", ...rest] = line.split(":");
        const value = rest.join(":");
        return [name, /^-?\d{1,15}$/.test(value) ? Number(value) : value];
      }),
  );
}
