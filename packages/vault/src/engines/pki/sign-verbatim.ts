import { Fault } from "../../core/fault.ts";
import type { Call } from "../../routing/route.ts";
import { parseRequest } from "./certificate-request.ts";
import { checkStrength } from "./key-pair.ts";
import { issueLeaf, leafValidity, type Issued, type Validity } from "./issue-certificate.ts";
import { IssuerStore, type Signer } from "./issuer-store.ts";
import { extendedKeyUsagesOf, initialPkiRole, keyUsagesOf, readPkiRole } from "./pki-role.ts";
import { readUrls } from "./url-config.ts";

/** Signs a request with the names that it brings: only for whoever may choose any. A role gives the times and usages. */
export function signVerbatim(call: Call): { signer: Signer; issued: Issued; validity: Validity } {
  const { view, fields, params } = call;
  const name = params["role"];
  const role = name === undefined ? initialPkiRole : readPkiRole(view, name);
  if (role === undefined) throw Fault.badRequest(`unknown role: ${name}`);
  const request = parseRequest(fields.string("csr") ?? "");
  checkStrength(request.publicKey);
  const signer = new IssuerStore(view).signer(params["issuer"] ?? role.issuer_ref);
  const validity = leafValidity(role, signer, call);
  const usages = {
    ...role,
    server_flag: false,
    client_flag: false,
    key_usage: fields.strings("key_usage") ?? role.key_usage,
    ext_key_usage: fields.strings("ext_key_usage") ?? role.ext_key_usage,
  };
  const issued = issueLeaf(signer, {
    subject: request.subject,
    names: request.names,
    publicKey: request.publicKey,
    validity,
    keyUsages: keyUsagesOf(usages),
    extendedKeyUsages: extendedKeyUsagesOf(usages),
    withConstraints: role.basic_constraints_valid_for_non_ca,
    urls: readUrls(view),
  });
  return { signer, issued, validity };
}
