import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import { toPem } from "./certificate.ts";
import { describeCrlConfig, readCrlConfig, writeCrlConfig } from "./crl-config.ts";
import { crlOf, rebuildCrl } from "./current-crl.ts";
import { findIssuer } from "./find-issuer.ts";
import { IssuerStore } from "./issuer-store.ts";

function rebuildAll({ view, system }: Call): void {
  for (const issuer of new IssuerStore(view).list())
    if (issuer.keyId !== "") rebuildCrl(view, issuer.id, system.now);
}

function listOf(call: Call): Buffer {
  return crlOf(call.view, findIssuer(call).id, call.system.now);
}

function raw(contentType: string, body: string | Buffer): Answer {
  return { raw: { contentType, body } };
}

/** The lists of revoked certificates: how they are made, and each issuer's own. */
export const crlRoutes: readonly Route[] = [
  {
    path: "config/crl",
    read: ({ view }) => ({ data: describeCrlConfig(readCrlConfig(view)) }),
    write: (call): Answer => {
      const config = writeCrlConfig(call.view, call.fields);
      rebuildAll(call);
      return { data: describeCrlConfig(config) };
    },
  },
  {
    path: "crl/rotate",
    read: (call): Answer => {
      rebuildAll(call);
      return { data: { success: true } };
    },
  },
  {
    path: "crl/rotate-delta",
    read: () => ({
      data: { success: true },
      warnings: ["requested rebuild of delta CRL when delta CRL is not enabled; this is a no-op"],
    }),
  },
  {
    path: "issuer/:issuer/crl",
    open: true,
    read: (call) => ({ data: { crl: toPem("X509 CRL", listOf(call)) } }),
  },
  {
    path: "issuer/:issuer/crl/pem",
    open: true,
    read: (call) => raw("application/x-pem-file", toPem("X509 CRL", listOf(call))),
  },
  {
    path: "issuer/:issuer/crl/der",
    open: true,
    read: (call) => raw("application/pkix-crl", listOf(call)),
  },
];
