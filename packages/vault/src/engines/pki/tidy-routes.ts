import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import { parseCertificate } from "./certificate.ts";
import { rebuildCrl } from "./current-crl.ts";
import { IssuedCertificates } from "./issued-certificates.ts";
import { IssuerStore } from "./issuer-store.ts";

const usualBufferSeconds = 72 * 3600;

/** Removes certificates that ran out long enough ago; those that were revoked only when that is asked for too. */
function tidy(call: Call): Answer {
  const { view, fields, system } = call;
  const stored = fields.boolean("tidy_cert_store") ?? false;
  const revoked = fields.boolean("tidy_revoked_certs") ?? false;
  const buffer = fields.duration("safety_buffer") ?? usualBufferSeconds;
  if (buffer < 1) throw Fault.badRequest("safety_buffer must be greater than zero");
  if (!stored && !revoked) {
    return {
      status: 202,
      warnings: [
        "Manual tidy requested but no tidy operations were set. Enable at least one tidy operation to be run (tidy_cert_store / tidy_revoked_certs).",
      ],
    };
  }
  const issued = new IssuedCertificates(view);
  const before = system.now.getTime() - buffer * 1000;
  let removed = 0;
  for (const serial of issued.list()) {
    const der = issued.read(serial);
    if (der === undefined || Date.parse(parseCertificate(der).validTo) > before) continue;
    if (issued.revocation(serial) === undefined ? !stored : !revoked) continue;
    issued.remove(serial);
    removed += 1;
  }
  if (removed > 0 && revoked) {
    for (const issuer of new IssuerStore(view).list())
      if (issuer.keyId !== "") rebuildCrl(view, issuer.id, system.now);
  }
  return {
    status: 202,
    warnings: [
      "Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.",
    ],
  };
}

export const tidyRoutes: readonly Route[] = [{ path: "tidy", write: tidy }];
