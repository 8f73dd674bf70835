const suspicious =
  /pass|pwd|secret|token|key|private|credential|dsn|ur[il]\b|_ur[il]|cookie|auth|salt|hash|seed|certificate|connection/i;

const mask = "***";

/** A copy in which every value whose name suggests a secret is masked, at any depth. */
export function maskSecrets(
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      suspicious.test(name) ? mask : masked(value),
    ]),
  );
}

/** A URL may carry a password, whatever its name is. */
const urlWithPassword = /:\/\/[^/\s@]*@/;

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value === "string") return urlWithPassword.test(value) ? mask : value;
  return typeof value === "object" && value !== null
    ? maskSecrets(value as Record<string, unknown>)
    : value;
}
