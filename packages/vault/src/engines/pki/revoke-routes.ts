import { createPublicKey, type KeyObject } from "node:crypto";
import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import { readCa } from "./ca-certificate.ts";
import { formatSerial, fromPem, parseCertificate } from "./certificate.ts";
import { readCrlConfig } from "./crl-config.ts";
import { rebuildCrl } from "./current-crl.ts";
import { IssuedCertificates, parseSerial } from "./issued-certificates.ts";
import { IssuerStore } from "./issuer-store.ts";
import { parsePrivateKey } from "./key-pair.ts";

function serialOf({ fields }: Call): string {
  const given = fields.string("serial_number") ?? "";
  const pem = fields.string("certificate") ?? "";
  if (given === "" && pem === "")
    throw Fault.badRequest(
      fields.raw("serial_number") === undefined
        ? "The serial number or certificate to revoke must be provided."
        : "The serial number must be provided",
    );
  if (given !== "" && pem !== "")
    throw Fault.badRequest(
      "Must provide either the certificate or the serial to revoke; not both.",
    );
  if (pem !== "") {
    const der = fromPem("CERTIFICATE", pem)[0];
    if (der === undefined) throw Fault.badRequest("certificate contains no data");
    return formatSerial(parseCertificate(der).serialNumber);
  }
  const serial = parseSerial(given);
  if (serial === undefined) throw Fault.badRequest(`certificate with serial ${given} not found.`);
  return serial;
}

/** Revoking again is answered like the first time, with the first time's date. */
function revoke(call: Call): Answer {
  const serial = serialOf(call);
  const issued = new IssuedCertificates(call.view);
  const known = issued.revocation(serial);
  if (known !== undefined) return answer(known.at);
  const der = issued.read(serial);
  if (der === undefined) throw Fault.badRequest(`certificate with serial ${serial} not found.`);
  const certificate = parseCertificate(der);
  const { now } = call.system;
  const issuers = new IssuerStore(call.view).list();
  if (
    issuers.some(
      (issuer) => formatSerial(readCa(issuer.certificate).parsed.serialNumber) === serial,
    )
  ) {
    throw Fault.badRequest(
      "adding issuer to its own CRL is not allowed: to revoke an issuer, use the parent mount",
    );
  }
  if (
    new Date(certificate.validTo) < now &&
    !readCrlConfig(call.view).allow_expired_cert_revocation
  ) {
    return {
      warnings: [`certificate with serial ${serial} already expired; refusing to add to CRL`],
    };
  }
  const issuer = issuers.find((candidate) =>
    certificate.verify(readCa(candidate.certificate).parsed.publicKey),
  );
  issued.revoke(serial, { at: now.getTime(), issuerId: issuer?.id ?? "" });
  if (issuer !== undefined && issuer.keyId !== "") rebuildCrl(call.view, issuer.id, now);
  return answer(now.getTime());
}

function answer(at: number): Answer {
  return {
    data: {
      revocation_time: Math.floor(at / 1000),
      revocation_time_rfc3339: new Date(at).toISOString(),
      state: "revoked",
    },
  };
}

/** Whoever has a certificate's key may revoke it, without being told that role otherwise. */
function revokeWithKey(call: Call): Answer {
  const text = call.fields.string("private_key") ?? "";
  if (text === "")
    throw Fault.badRequest("Must have private key to revoke via the /revoke-with-key path.");
  const serial = serialOf(call);
  const der = new IssuedCertificates(call.view).read(serial);
  if (der === undefined) throw Fault.badRequest(`certificate with serial ${serial} not found.`);
  if (!parseCertificate(der).publicKey.equals(createPublicKey(readKey(text))))
    throw Fault.badRequest(
      "unable to verify private key against certificate: public keys do not match",
    );
  return revoke(call);
}

function readKey(text: string): KeyObject {
  try {
    return parsePrivateKey(text);
  } catch (error) {
    throw Fault.badRequest("failed to parse provided private key", error);
  }
}

export const revokeRoutes: readonly Route[] = [
  { path: "revoke", write: revoke },
  { path: "revoke-with-key", write: revokeWithKey },
];
