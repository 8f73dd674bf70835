import { Fault } from "../../core/fault.ts";
import type { Call } from "../../routing/route.ts";
import { IssuerStore, type Issuer } from "./issuer-store.ts";

/** What a reference that leads nowhere is answered with. */
export function noIssuer(reference: string): string {
  return reference === "default"
    ? "no default issuer currently configured"
    : `unable to find PKI issuer for reference: ${reference}`;
}

/** The issuer that the path names, by id, by name or as "default". */
export function findIssuer({ view, params }: Call): Issuer {
  const reference = params["issuer"] ?? "";
  const issuer = new IssuerStore(view).find(reference);
  if (issuer === undefined) throw Fault.internal(noIssuer(reference));
  return issuer;
}
