import { isIP } from "node:net";
import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import { isHostname } from "./allowed-names.ts";
import type { AlternativeNames } from "./alternative-names.ts";
import { fromPem, parseCertificate, pathLengthIn, toPem } from "./certificate.ts";
import { buildRequest, parseRequest } from "./certificate-request.ts";
import { IssuedCertificates } from "./issued-certificates.ts";
import { issueCa, requestedNames, validityOf } from "./issue-certificate.ts";
import { IssuerStore } from "./issuer-store.ts";
import { privateKeyText } from "./private-key-text.ts";
import { checkStrength, generateKey, keySpec, privateKeyPem, keyTypeOf } from "./key-pair.ts";
import { subjectFields, type Subject, type SubjectField } from "./subject.ts";
import { readUrls, warnWithoutUrls } from "./url-config.ts";

function subjectOf({ fields }: Call, commonName: string): Subject {
  const names = Object.keys(subjectFields) as SubjectField[];
  const given = names.map((name) => [name, fields.strings(name) ?? []] as const);
  return { ...Object.fromEntries(given), common_name: commonName === "" ? [] : [commonName] };
}

function commonNameOf({ fields }: Call): string {
  return fields.string("common_name") ?? "";
}

/** -1 stands for no limit. */
function pathLengthOf({ fields }: Call): number | undefined {
  const length = fields.integer("max_path_length") ?? -1;
  return length < 0 ? undefined : length;
}

function validity(call: Call): ReturnType<typeof validityOf> {
  const notBeforeDuration = call.fields.duration("not_before_duration") ?? 30;
  return validityOf({
    fields: call.fields,
    system: call.system,
    ttl: 0,
    maxTtl: 0,
    notAfter: "",
    notBeforeDuration,
  });
}

function exported({ params }: Call): boolean {
  const kind = params["kind"];
  if (kind !== "internal" && kind !== "exported") {
    throw Fault.badRequest(
      `the "exported" path parameter must be "internal", "existing", exported" or "kms"`,
    );
  }
  return kind === "exported";
}

function specOf({ fields }: Call): ReturnType<typeof keySpec> {
  return keySpec(fields.string("key_type") || "rsa", fields.integer("key_bits") ?? 0);
}

const formats = ["pem", "der", "pem_bundle"];

function checkFormat({ fields }: Call): void {
  if (!formats.includes(fields.string("format") ?? "pem"))
    throw Fault.badRequest(`the "format" path parameter must be "pem", "der", or "pem_bundle"`);
}

function format({ fields }: Call, label: string, der: Buffer): string {
  return fields.string("format") === "der" ? der.toString("base64") : toPem(label, der);
}

/** Names and settings that this server does not put into a CA's certificate are refused, not dropped. */
function checkUnsupported({ fields }: Call): void {
  for (const name of ["permitted_dns_domains", "excluded_dns_domains", "other_sans"]) {
    if ((fields.strings(name) ?? []).length > 0)
      throw Fault.badRequest(`${name} is not supported by this server`);
  }
}

async function generateRoot(call: Call): Promise<Answer> {
  const { fields, view } = call;
  const shown = exported(call);
  checkFormat(call);
  checkUnsupported(call);
  const commonName = commonNameOf(call);
  const until = validity(call);
  const names = hostNames(requestedNames(fields, commonName));
  const pathLength = pathLengthOf(call);
  checkStoredNames(call);
  const key = await generateKey(specOf(call));
  // Another request may have taken the name while the key was made.
  checkStoredNames(call);
  const issued = issueCa(key, {
    subject: subjectOf(call, commonName),
    names,
    publicKey: key,
    validity: until,
    pathLength,
    urls: readUrls(view),
  });
  const store = new IssuerStore(view);
  const stored = store.addKey(key, fields.string("key_name") ?? "");
  const { issuer } = store.addIssuer(issued.der, fields.string("issuer_name") ?? "");
  new IssuedCertificates(view).save(issued.serial, issued.der);
  const certificate = format(call, "CERTIFICATE", issued.der);
  return {
    data: {
      certificate,
      expiration: Math.floor(issued.notAfter.getTime() / 1000),
      issuer_id: issuer.id,
      issuer_name: issuer.name,
      issuing_ca: certificate,
      key_id: stored.id,
      key_name: stored.name,
      serial_number: issued.serial,
      ...(shown
        ? {
            private_key: privateKeyText(privateKeyPem(key, false), fields),
            private_key_type: keyTypeOf(key),
          }
        : {}),
    },
    warnings: [...until.warnings, ...warnWithoutUrls(readUrls(view))],
  };
}

function checkStoredNames({ view, fields }: Call): void {
  const store = new IssuerStore(view);
  store.checkIssuerName(fields.string("issuer_name") ?? "");
  store.checkKeyName(fields.string("key_name") ?? "");
}

/** Of the names that a CA is asked to have, those that are host names; an address that is none is refused. */
function hostNames(names: AlternativeNames): AlternativeNames {
  const wrong = names.ip.find((address) => isIP(address) === 0);
  if (wrong !== undefined) throw Fault.badRequest(`the value "${wrong}" is not a valid IP address`);
  return { ...names, dns: names.dns.filter(isHostname) };
}

async function generateIntermediate(call: Call): Promise<Answer> {
  const { fields, view } = call;
  const shown = exported(call);
  const commonName = commonNameOf(call);
  checkFormat(call);
  checkUnsupported(call);
  const names = hostNames(requestedNames(fields, commonName));
  const key = await generateKey(specOf(call));
  new IssuerStore(view).checkKeyName(fields.string("key_name") ?? "");
  const request = buildRequest(subjectOf(call, commonName), names, key);
  const stored = new IssuerStore(view).addKey(key, fields.string("key_name") ?? "");
  return {
    data: {
      csr: format(call, "CERTIFICATE REQUEST", request),
      key_id: stored.id,
      ...(shown
        ? {
            private_key: privateKeyText(privateKeyPem(key, false), fields),
            private_key_type: keyTypeOf(key),
          }
        : {}),
    },
    warnings: warnWithoutUrls(readUrls(view)),
  };
}

const shortestPem = 75;

/** Takes the certificates of a text in, of which one may be of a key that was generated here. */
function importCertificates(call: Call, text: string): Answer {
  if (text === "") throw Fault.badRequest("'pem_bundle' and 'certificate' parameters were empty");
  if (text.length < shortestPem) {
    throw Fault.badRequest(
      "provided data for import was too short; perhaps a path was passed to the API rather than the contents of a PEM file",
    );
  }
  const store = new IssuerStore(call.view);
  const found = fromPem("CERTIFICATE", text).map((der) => {
    const certificate = parsed(der);
    if (!certificate.ca) throw Fault.badRequest("Refusing to import non-CA certificate");
    return store.addIssuer(der);
  });
  if (found.length === 0) throw Fault.badRequest("no data found in PEM block");
  const imported = found.filter(({ added }) => added).map(({ issuer }) => issuer.id);
  return {
    data: {
      existing_issuers: orNull(found.filter(({ added }) => !added).map(({ issuer }) => issuer.id)),
      existing_keys: null,
      imported_issuers: orNull(imported),
      imported_keys: null,
      mapping: Object.fromEntries(found.map(({ issuer }) => [issuer.id, issuer.keyId])),
    },
  };
}

function orNull(ids: readonly string[]): readonly string[] | null {
  return ids.length > 0 ? ids : null;
}

function parsed(der: Buffer): ReturnType<typeof parseCertificate> {
  try {
    return parseCertificate(der);
  } catch (error) {
    throw Fault.badRequest("unable to parse certificate", error);
  }
}

function signIntermediate(call: Call, reference: string): Answer {
  const { fields, view } = call;
  checkFormat(call);
  checkUnsupported(call);
  const request = parseRequest(fields.string("csr") ?? "");
  checkStrength(request.publicKey);
  const signer = new IssuerStore(view).signer(reference);
  checkMaySign(signer.certificate);
  const useRequest = fields.boolean("use_csr_values") ?? false;
  const given = useRequest ? "" : commonNameOf(call);
  const commonName = given === "" ? (request.subject.common_name?.[0] ?? "") : given;
  const until = validity(call);
  const issued = issueCa(signer, {
    subject: useRequest ? request.subject : subjectOf(call, commonName),
    names: hostNames(useRequest ? request.names : requestedNames(fields, commonName)),
    publicKey: request.publicKey,
    validity: until,
    pathLength: pathLengthOf(call),
    urls: readUrls(view),
  });
  new IssuedCertificates(view).save(issued.serial, issued.der);
  const above = new IssuerStore(view).chain(signer.issuer);
  const chain = [toPem("CERTIFICATE", issued.der), ...above];
  const certificate = format(call, "CERTIFICATE", issued.der);
  return {
    data: {
      ca_chain: chain,
      certificate: fields.string("format") === "pem_bundle" ? chain.join("\n") : certificate,
      expiration: Math.floor(issued.notAfter.getTime() / 1000),
      issuing_ca: signer.issuer.certificate,
      serial_number: issued.serial,
    },
    warnings: [...until.warnings, ...warnWithoutUrls(readUrls(view))],
  };
}

/** RFC 5280 4.2.1.9: a CA of path length 0 has no other CAs below it. */
function checkMaySign(certificate: Buffer): void {
  if (pathLengthIn(certificate) !== 0) return;
  throw Fault.badRequest(
    "signing certificate has a max path length of zero, and cannot issue further CA certificates",
  );
}

function deleteRoot(call: Call): Answer {
  new IssuerStore(call.view).clear();
  return {
    warnings: [
      "DELETE /root deletes all keys and issuers; prefer the new DELETE /key/:key_ref and DELETE /issuer/:issuer_ref for finer granularity, unless removal of all keys and issuers is desired.",
    ],
  };
}

export const caRoutes: readonly Route[] = [
  { path: "root/generate/:kind", write: generateRoot },
  { path: "issuers/generate/root/:kind", write: generateRoot },
  { path: "root", sudo: true, delete: deleteRoot },
  { path: "root/sign-intermediate", write: (call) => signIntermediate(call, "default") },
  {
    path: "issuer/:issuer/sign-intermediate",
    write: (call) => signIntermediate(call, call.params["issuer"] ?? ""),
  },
  { path: "intermediate/generate/:kind", write: generateIntermediate },
  { path: "issuers/generate/intermediate/:kind", write: generateIntermediate },
  {
    path: "intermediate/set-signed",
    write: (call) => importCertificates(call, call.fields.string("certificate") ?? ""),
  },
  {
    path: "issuers/import/cert",
    write: (call) => importCertificates(call, call.fields.string("pem_bundle") ?? ""),
  },
];
