import { createPublicKey, type KeyObject } from "node:crypto";
import { Fault } from "../../core/fault.ts";
import { Fields } from "../../core/fields.ts";
import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import type { AlternativeNames } from "./alternative-names.ts";
import { checkNames } from "./allowed-names.ts";
import { toPem } from "./certificate.ts";
import { parseRequest, type CertificateRequest } from "./certificate-request.ts";
import { IssuedCertificates } from "./issued-certificates.ts";
import {
  issueLeaf,
  leafValidity,
  requestedNames,
  type Issued,
  type Validity,
} from "./issue-certificate.ts";
import { isIssuedBy } from "./ca-certificate.ts";
import { IssuerStore, type Signer } from "./issuer-store.ts";
import { checkStrength, generateKey, keySpec, keyTypeOf, privateKeyPem } from "./key-pair.ts";
import { extendedKeyUsagesOf, keyUsagesOf, readPkiRole, type PkiRole } from "./pki-role.ts";
import { privateKeyText } from "./private-key-text.ts";
import { signVerbatim } from "./sign-verbatim.ts";
import type { Subject } from "./subject.ts";
import { readUrls } from "./url-config.ts";

function roleOf({ view, params }: Call): PkiRole {
  const role = readPkiRole(view, params["role"] ?? "");
  if (role === undefined) throw Fault.badRequest(`unknown role: ${params["role"]}`);
  return role;
}

interface Result {
  readonly signer: Signer;
  readonly issued: Issued;
  readonly validity: Validity;
}

/** Checks the names against the role, signs, and stores the certificate unless the role says not to. */
function issueFor(
  call: Call,
  role: PkiRole,
  {
    commonName,
    names,
    publicKey,
  }: { commonName: string; names: AlternativeNames; publicKey: KeyObject },
): Result {
  const { view, fields, params } = call;
  if (commonName === "" && role.require_cn) {
    throw Fault.badRequest(
      'the common_name field is required, or must be provided in a CSR with "use_csr_common_name" set to true, unless "require_cn" is set to false',
    );
  }
  checkNames(role, commonName, names);
  checkIdentifiers(fields);
  const signer = new IssuerStore(view).signer(params["issuer"] ?? role.issuer_ref);
  const validity = leafValidity(role, signer, call);
  const issued = issueLeaf(signer, {
    subject: subjectOf(role, commonName),
    names,
    publicKey,
    validity,
    keyUsages: keyUsagesOf(role),
    extendedKeyUsages: extendedKeyUsagesOf(role),
    withConstraints: role.basic_constraints_valid_for_non_ca,
    urls: readUrls(view),
  });
  if (!role.no_store) new IssuedCertificates(view).save(issued.serial, issued.der);
  return { signer, issued, validity };
}

/** No role of this server lets a request choose these. */
function checkIdentifiers(fields: Fields): void {
  const serial = fields.string("serial_number") ?? "";
  if (serial !== "") throw Fault.badRequest(`serial_number ${serial} not allowed by this role`);
  const user = fields.strings("user_ids")?.[0];
  if (user !== undefined) throw Fault.badRequest(`user_id ${user} is not allowed by this role`);
}

function subjectOf(role: PkiRole, commonName: string): Subject {
  const { country, organization, ou, locality, province, street_address, postal_code } = role;
  const common_name = commonName === "" ? [] : [commonName];
  return {
    country,
    organization,
    ou,
    locality,
    province,
    street_address,
    postal_code,
    common_name,
  };
}

function chainOf({ view, fields }: Call, { issuer }: Signer): string[] {
  const chain = new IssuerStore(view).chain(issuer);
  return fields.boolean("remove_roots_from_chain") === true
    ? chain.filter((pem) => !isIssuedBy(pem, pem))
    : chain;
}

/** `private_key` goes into a bundle in front of the certificate. */
function answer(
  call: Call,
  { signer, issued, validity }: Result,
  key: KeyObject | undefined,
): Answer {
  const { fields } = call;
  const format = fields.string("format") ?? "pem";
  if (!["pem", "der", "pem_bundle"].includes(format)) {
    throw Fault.badRequest(`the "format" path parameter must be "pem", "der", or "pem_bundle"`);
  }
  const pkcs8 = fields.string("private_key_format") === "pkcs8";
  const privateKey = key === undefined ? undefined : privateKeyPem(key, pkcs8);
  const pem = toPem("CERTIFICATE", issued.der);
  const chain = chainOf(call, signer);
  const whole = new IssuerStore(call.view).chain(signer.issuer);
  const bundle = [...(privateKey === undefined ? [] : [privateKey]), pem, ...whole].join("\n");
  const shown = format === "der" ? issued.der.toString("base64") : format === "pem" ? pem : bundle;
  return {
    data: {
      ...(chain.length > 0 ? { ca_chain: chain } : {}),
      certificate: shown,
      expiration: Math.floor(issued.notAfter.getTime() / 1000),
      issuing_ca: signer.issuer.certificate,
      ...(key === undefined
        ? {}
        : {
            private_key: privateKeyText(privateKey ?? "", fields),
            private_key_type: keyTypeOf(key),
          }),
      serial_number: issued.serial,
    },
    warnings: validity.warnings,
  };
}

async function issue(call: Call): Promise<Answer> {
  const role = roleOf(call);
  if (role.key_type === "any") {
    throw Fault.badRequest(
      'role key type "any" not allowed for issuing certificates without providing key_type and/or key_bits request parameters',
    );
  }
  const commonName = call.fields.string("common_name") ?? "";
  const names = requestedNames(call.fields, commonName);
  // Before the key, which may take long to make: what is refused is refused at once.
  checkNames(role, commonName, names);
  const key = await generateKey(keySpec(role.key_type, role.key_bits));
  return answer(
    call,
    issueFor(call, role, { commonName, names, publicKey: createPublicKey(key) }),
    key,
  );
}

function sign(call: Call): Answer {
  const role = roleOf(call);
  const request = parseRequest(call.fields.string("csr") ?? "");
  checkKey(role, request);
  const own = role.use_csr_common_name ? request.subject.common_name?.[0] : undefined;
  const commonName = own ?? call.fields.string("common_name") ?? "";
  const names = role.use_csr_sans
    ? withCommonName(request.names, commonName)
    : requestedNames(call.fields, commonName);
  return answer(
    call,
    issueFor(call, role, { commonName, names, publicKey: request.publicKey }),
    undefined,
  );
}

function withCommonName(names: AlternativeNames, commonName: string): AlternativeNames {
  const common = requestedNames(new Fields({}), commonName);
  return {
    ...names,
    dns: [...new Set([...common.dns, ...names.dns])],
    email: [...new Set([...common.email, ...names.email])],
  };
}

function checkKey(role: PkiRole, { publicKey }: CertificateRequest): void {
  const type = keyTypeOf(publicKey);
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (role.key_type === "any") return checkStrength(publicKey);
  if (type !== role.key_type) throw Fault.badRequest(`role requires keys of type ${role.key_type}`);
  const { bits: least } = keySpec(role.key_type, role.key_bits);
  if (type === "rsa" && bits < least) {
    throw Fault.badRequest(
      `role requires a minimum of a ${least}-bit key, but CSR's key is ${bits} bits`,
    );
  }
}

function signAsItIs(call: Call): Answer {
  const result = signVerbatim(call);
  new IssuedCertificates(call.view).save(result.issued.serial, result.issued.der);
  return answer(call, result, undefined);
}

export const issueRoutes: readonly Route[] = [
  { path: "sign-verbatim", write: signAsItIs },
  { path: "sign-verbatim/:role", write: signAsItIs },
  { path: "issuer/:issuer/sign-verbatim", write: signAsItIs },
  { path: "issuer/:issuer/sign-verbatim/:role", write: signAsItIs },
  { path: "issue/:role", write: issue },
  { path: "issuer/:issuer/issue/:role", write: issue },
  { path: "sign/:role", write: sign },
  { path: "issuer/:issuer/sign/:role", write: sign },
];
