import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import { readCa } from "./ca-certificate.ts";
import { toPem } from "./certificate.ts";
import { currentCrl } from "./current-crl.ts";
import { IssuedCertificates, parseSerial } from "./issued-certificates.ts";
import { noIssuer } from "./find-issuer.ts";
import { IssuerStore, type Issuer } from "./issuer-store.ts";

const types = {
  certificate: "application/pkix-cert",
  list: "application/pkix-crl",
  pem: "application/pem-certificate-chain",
} as const;

function raw(contentType: string, body: string | Buffer | undefined): Answer {
  // Before there is a CA these paths answer with nothing, not with an error.
  return body === undefined || body.length === 0
    ? { status: 204, raw: { contentType, body: "" } }
    : { raw: { contentType, body } };
}

function defaultIssuer({ view }: Call): Issuer | undefined {
  return new IssuerStore(view).find("default");
}

function derOf(issuer: Issuer | undefined): Buffer | undefined {
  return issuer === undefined ? undefined : readCa(issuer.certificate).der;
}

function chainOf(call: Call): string | undefined {
  const issuer = defaultIssuer(call);
  return issuer === undefined ? undefined : new IssuerStore(call.view).chain(issuer).join("\n");
}

function crlPem(call: Call): string | undefined {
  const crl = currentCrl(call.view, call.system.now);
  return crl === undefined ? undefined : toPem("X509 CRL", crl);
}

/** What `cert/` knows by name, else the certificate with that serial number. */
function find(
  call: Call,
): { pem: string; der: Buffer | undefined; serial: string | undefined } | undefined {
  const name = call.params["serial"] ?? "";
  if (name === "ca") {
    const issuer = defaultIssuer(call);
    return issuer === undefined
      ? undefined
      : { pem: issuer.certificate, der: derOf(issuer), serial: undefined };
  }
  if (name === "ca_chain") {
    const chain = chainOf(call);
    return chain === undefined ? undefined : { pem: chain, der: undefined, serial: undefined };
  }
  if (name === "crl") {
    const der = currentCrl(call.view, call.system.now);
    return der === undefined ? undefined : { pem: toPem("X509 CRL", der), der, serial: undefined };
  }
  const serial = parseSerial(name);
  const der = serial === undefined ? undefined : new IssuedCertificates(call.view).read(serial);
  return der === undefined ? undefined : { pem: toPem("CERTIFICATE", der), der, serial };
}

function readCertificate(call: Call): Answer | undefined {
  const found = find(call);
  if (found === undefined) return undefined;
  const revocation =
    found.serial === undefined
      ? undefined
      : new IssuedCertificates(call.view).revocation(found.serial);
  return {
    data: {
      certificate: found.pem,
      revocation_time: revocation === undefined ? 0 : Math.floor(revocation.at / 1000),
      revocation_time_rfc3339:
        revocation === undefined ? "" : new Date(revocation.at).toISOString(),
      ...(call.params["serial"] === "ca_chain" ? { ca_chain: found.pem } : {}),
    },
  };
}

/** On the open paths an unknown issuer is told plainly. */
function issuerOf({ view, params }: Call): Issuer {
  const reference = params["issuer"] ?? "";
  const issuer = new IssuerStore(view).find(reference);
  if (issuer === undefined) throw new Fault(500, [noIssuer(reference)]);
  return issuer;
}

/** Open to all: who checks a certificate has no token. */
export const fetchRoutes: readonly Route[] = [
  { path: "ca", open: true, read: (call) => raw(types.certificate, derOf(defaultIssuer(call))) },
  { path: "ca/pem", open: true, read: (call) => raw(types.pem, defaultIssuer(call)?.certificate) },
  { path: "ca_chain", open: true, read: (call) => raw(types.certificate, chainOf(call)) },
  {
    path: "crl",
    open: true,
    read: (call) => raw(types.list, currentCrl(call.view, call.system.now)),
  },
  { path: "crl/pem", open: true, read: (call) => raw("application/x-pem-file", crlPem(call)) },
  { path: "cert/:serial", open: true, read: readCertificate },
  { path: "cert/:serial/raw", open: true, read: (call) => raw(types.certificate, find(call)?.der) },
  { path: "cert/:serial/raw/pem", open: true, read: (call) => raw(types.pem, find(call)?.pem) },
  {
    path: "certs",
    list: ({ view }) => ({ data: { keys: new IssuedCertificates(view).list() } }),
  },
  {
    path: "certs/revoked",
    list: ({ view }) => ({ data: { keys: new IssuedCertificates(view).listRevoked() } }),
  },
  {
    path: "issuer/:issuer/der",
    open: true,
    read: (call) => raw(types.certificate, derOf(issuerOf(call))),
  },
  {
    path: "issuer/:issuer/pem",
    open: true,
    read: (call) => raw(types.pem, issuerOf(call).certificate),
  },
  {
    path: "issuer/:issuer/json",
    open: true,
    read: (call) => {
      const issuer = issuerOf(call);
      return {
        data: {
          certificate: issuer.certificate,
          ca_chain: new IssuerStore(call.view).chain(issuer),
          issuer_id: issuer.id,
          issuer_name: issuer.name,
        },
      };
    },
  },
];
