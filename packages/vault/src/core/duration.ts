const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
};

/** Go's longest: what is longer is no duration. */
const longestSeconds = 9_223_372_036;

const part = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/gy;

/**
 * Seconds from a number of seconds or a text like "90", "1h30m", "768h" or "2d"; undefined when it is neither.
 * Negative values are given back as such: whoever takes them decides.
 */
export function parseDuration(value: unknown): number | undefined {
  const seconds = secondsOf(value);
  return seconds !== undefined && Math.abs(seconds) <= longestSeconds ? seconds : undefined;
}

function secondsOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (text === "") return 0;
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  const negative = text.startsWith("-");
  const body = /^[+-]/.test(text) ? text.slice(1) : text;
  let seconds = 0;
  part.lastIndex = 0;
  while (part.lastIndex < body.length) {
    const match = part.exec(body);
    if (match === null) return undefined;
    seconds += Number(match[1]) * (unitSeconds[match[2] ?? ""] ?? Number.NaN);
  }
  return Math.trunc(negative ? -seconds : seconds);
}

/** "26h30m", "1h", "45s": a number of seconds as Vault's warnings print it. */
export function formatDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  const parts = [
    hours && `${hours}h`,
    (minutes || (hours && rest)) && `${minutes}m`,
    rest && `${rest}s`,
  ];
  return parts.filter(Boolean).join("") || "0s";
}

/** "26h30m0s", "1h0m0s", "45s": the same as Go's own text for it, as settings are shown. */
export function goDuration(seconds: number): string {
  const size = Math.abs(seconds);
  const hours = Math.floor(size / 3600);
  const minutes = Math.floor((size % 3600) / 60);
  const sign = seconds < 0 ? "-" : "";
  if (hours > 0) return `${sign}${hours}h${minutes}m${size % 60}s`;
  return minutes > 0 ? `${sign}${minutes}m${size % 60}s` : `${sign}${size}s`;
}
