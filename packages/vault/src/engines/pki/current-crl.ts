import type { View } from "../../barrier/view.ts";
import { parseDuration } from "../../core/duration.ts";
import { readCrlConfig } from "./crl-config.ts";
import { IssuedCertificates } from "./issued-certificates.ts";
import { IssuerStore } from "./issuer-store.ts";
import { buildRevocationList } from "./revocation-list.ts";

interface StoredList {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly nextUpdate: number;
  readonly der: string;
}

const folder = "crls/";

/** The default issuer's list, DER; made anew when half of its time is over. Undefined where there is no issuer. */
export function currentCrl(view: View, now: Date): Buffer | undefined {
  const { defaultId } = new IssuerStore(view);
  return defaultId === "" ? undefined : crlOf(view, defaultId, now);
}

/** One issuer's list, likewise. */
export function crlOf(view: View, issuerId: string, now: Date): Buffer {
  const stored = view.readJson<StoredList>(folder + issuerId);
  if (stored !== undefined && stored.nextUpdate - now.getTime() > lifetimeMs(view) / 2) {
    return Buffer.from(stored.der, "base64");
  }
  return rebuildCrl(view, issuerId, now);
}

function lifetimeMs(view: View): number {
  return (parseDuration(readCrlConfig(view).expiry) ?? 0) * 1000;
}

export function rebuildCrl(view: View, issuerId: string, now: Date): Buffer {
  const signer = new IssuerStore(view).signer(issuerId);
  const issued = new IssuedCertificates(view);
  const number = (view.readJson<StoredList>(folder + issuerId)?.number ?? 0) + 1;
  const nextUpdate = new Date(now.getTime() + lifetimeMs(view));
  const { disable } = readCrlConfig(view);
  const der = buildRevocationList(
    {
      issuer: signer.subject,
      issuerKeyId: signer.keyId,
      number,
      thisUpdate: now,
      nextUpdate,
      revoked: issued.listRevoked().flatMap((serial) => {
        const revocation = issued.revocation(serial);
        if (disable || revocation?.issuerId !== issuerId) return [];
        return [
          { serial: Buffer.from(serial.replaceAll(":", ""), "hex"), at: new Date(revocation.at) },
        ];
      }),
    },
    signer.key,
  );
  view.writeJson(folder + issuerId, {
    number,
    nextUpdate: nextUpdate.getTime(),
    der: der.toString("base64"),
  } satisfies StoredList);
  return der;
}
