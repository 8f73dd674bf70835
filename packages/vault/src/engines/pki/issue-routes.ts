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
  requestedNames,
  validityOf,
  withinIssuer,
  type Issued,
  type Validity,
} from "./issue-certificate.ts";
import { IssuerStore, type Signer } from "./issuer-store.ts";
import { generateKey, keySpec, keyTypeOf, privateKeyPem } from "./key-pair.ts";
import { extendedKeyUsagesOf, keyUsagesOf, readPkiRole, type PkiRole } from "./pki-role.ts";
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
  const { view, fields, system, params } = call;
  if (commonName === "" && role.require_cn) {
    throw Fault.badRequest(
      'the common_name field is required, or must be provided in a CSR with "use_csr_common_name" set to true, unless "require_cn" is set to false',
    );
  }
  checkNames(role, commonName, names);
  const signer = new IssuerStore(view).signer(params["issuer"] ?? role.issuer_ref);
  const validity = withinIssuer(
    validityOf({
      fields,
      system,
      ttl: role.ttl,
      maxTtl: role.max_ttl,
      notAfter: role.not_after,
      notBeforeDuration: role.not_before_duration,
    }),
    signer,
  );
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
  return fields.boolean("remove_roots_from_chain") === true && chain.length > 1
    ? chain.slice(0, -1)
    : chain;
}

/** `private_key` goes into a bundle in front of the certificate. */
function answer(
  call: Call,
  { signer, issued, validity }: Result,
  key: KeyObject | undefined,
): Answer {
  const { fields } = call;
  const format = fields.string("format") || "pem";
  if (!["pem", "der", "pem_bundle"].includes(format)) {
    throw Fault.badRequest(`the "format" path parameter must be "pem", "der", or "pem_bundle"`);
  }
  const pkcs8 = fields.string("private_key_format") === "pkcs8";
  const privateKey = key === undefined ? undefined : privateKeyPem(key, pkcs8);
  const pem = toPem("CERTIFICATE", issued.der);
  const chain = chainOf(call, signer);
  const bundle = [...(privateKey === undefined ? [] : [privateKey]), pem, ...chain].join("\n");
  const shown = format === "der" ? issued.der.toString("base64") : format === "pem" ? pem : bundle;
  return {
    data: {
      ca_chain: chain,
      certificate: shown,
      expiration: Math.floor(issued.notAfter.getTime() / 1000),
      issuing_ca: signer.issuer.certificate,
      ...(key === undefined
        ? {}
        : {
            private_key: keyText(key, privateKey ?? "", format),
            private_key_type: keyTypeOf(key),
          }),
      serial_number: issued.serial,
    },
    warnings: validity.warnings,
  };
}

function keyText(key: KeyObject, pem: string, format: string): string {
  return format === "der" ? key.export({ type: "pkcs8", format: "der" }).toString("base64") : pem;
}

async function issue(call: Call): Promise<Answer> {
  const role = roleOf(call);
  if (role.key_type === "any") {
    throw Fault.badRequest(
      'role key type "any" not allowed for issuing certificates, only signing',
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
  if (type === "rsa" && bits < 2048)
    throw Fault.badRequest("RSA keys < 2048 bits are unsafe and not supported");
  if (role.key_type === "any") return;
  if (type !== role.key_type) throw Fault.badRequest(`role requires keys of type ${role.key_type}`);
  const { bits: least } = keySpec(role.key_type, role.key_bits);
  if (type === "rsa" && bits < least) {
    throw Fault.badRequest(
      `role requires a minimum of a ${least}-bit key, but CSR's key is ${bits} bits`,
    );
  }
}

export const issueRoutes: readonly Route[] = [
  { path: "issue/:role", write: issue },
  { path: "issuer/:issuer/issue/:role", write: issue },
  { path: "sign/:role", write: sign },
  { path: "issuer/:issuer/sign/:role", write: sign },
];
