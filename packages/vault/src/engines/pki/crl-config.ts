import type { View } from "../../barrier/view.ts";
import { invalidDuration, type Fields } from "../../core/fields.ts";
import { parseDuration } from "../../core/duration.ts";
import { Fault } from "../../core/fault.ts";

/** Of the revocation lists; durations as they were written. */
export interface CrlConfig {
  readonly expiry: string;
  /** Lists are empty then. */
  readonly disable: boolean;
  readonly allow_expired_cert_revocation: boolean;
}

/** What this server has no other way of doing: a list is made anew at each revocation, there are no deltas, no OCSP. */
const fixed = {
  auto_rebuild: false,
  auto_rebuild_grace_period: "12h",
  enable_delta: false,
  delta_rebuild_interval: "15m",
  ocsp_disable: true,
  ocsp_expiry: "12h",
} as const;

const storedAt = "config/crl";

export function readCrlConfig(view: View): CrlConfig {
  return (
    view.readJson<CrlConfig>(storedAt) ?? {
      expiry: "72h",
      disable: false,
      allow_expired_cert_revocation: false,
    }
  );
}

export function describeCrlConfig(config: CrlConfig): Record<string, unknown> {
  return { ...config, ...fixed };
}

export function writeCrlConfig(view: View, fields: Fields): CrlConfig {
  const before = readCrlConfig(view);
  const expiry = fields.string("expiry") ?? before.expiry;
  const seconds = parseDuration(expiry);
  if (seconds === undefined)
    throw Fault.badRequest(`given expiry could not be decoded: ${invalidDuration(expiry)}`);
  if (seconds <= 0) throw Fault.badRequest("expiry must be greater than zero");
  for (const name of ["auto_rebuild", "enable_delta"] as const) {
    if (fields.boolean(name) === true)
      throw Fault.badRequest(
        `${name} is not supported by this server: each revocation makes the list anew`,
      );
  }
  if (fields.boolean("ocsp_disable") === false)
    throw Fault.badRequest("ocsp_disable can't be false: this server has no OCSP responder");
  const after = {
    expiry,
    disable: fields.boolean("disable") ?? before.disable,
    allow_expired_cert_revocation:
      fields.boolean("allow_expired_cert_revocation") ?? before.allow_expired_cert_revocation,
  };
  view.writeJson(storedAt, after);
  return after;
}
