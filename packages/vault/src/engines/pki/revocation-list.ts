import type { KeyObject } from "node:crypto";
import { bitString, explicit, integer, sequence, time } from "./der.ts";
import { authorityKeyIdentifier, extension } from "./extensions.ts";
import { signatureAlgorithm, signBytes } from "./key-pair.ts";

interface RevokedEntry {
  readonly serial: Buffer;
  readonly at: Date;
}

export interface RevocationListPlan {
  /** Encoded name. */
  readonly issuer: Buffer;
  readonly issuerKeyId: Buffer;
  readonly number: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked: readonly RevokedEntry[];
}

/** A version 2 list (RFC 5280 5), DER. */
export function buildRevocationList(plan: RevocationListPlan, key: KeyObject): Buffer {
  const algorithm = signatureAlgorithm(key);
  const entries = plan.revoked.map(({ serial, at }) => sequence(integer(serial), time(at)));
  const toBeSigned = sequence(
    integer(1),
    algorithm,
    plan.issuer,
    time(plan.thisUpdate),
    time(plan.nextUpdate),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    explicit(
      0,
      sequence(
        authorityKeyIdentifier(plan.issuerKeyId),
        extension("2.5.29.20", false, integer(plan.number)),
      ),
    ),
  );
  return sequence(toBeSigned, algorithm, bitString(signBytes(key, toBeSigned)));
}
