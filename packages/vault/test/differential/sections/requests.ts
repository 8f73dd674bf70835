import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { noNames } from "../../../src/engines/pki/alternative-names.ts";
import { toPem } from "../../../src/engines/pki/certificate.ts";
import { buildRequest } from "../../../src/engines/pki/certificate-request.ts";

function csr(
  key: KeyObject,
  commonName: string,
  dns: readonly string[] = [],
  ip: readonly string[] = [],
): string {
  const subject = {
    common_name: commonName === "" ? [] : [commonName],
    organization: ["Requested Org"],
  };
  return toPem("CERTIFICATE REQUEST", buildRequest(subject, { ...noNames, dns, ip }, key));
}

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const ec384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const rsaShort = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
const ed25519 = generateKeyPairSync("ed25519").privateKey;

const good = csr(ec, "a.example.com", ["a.example.com", "b.example.com"]);

/** Certificate requests, good and bad, by what they are. */
export const requests = {
  good,
  noName: csr(ec, ""),
  foreignName: csr(ec, "other.test"),
  foreignAlternative: csr(ec, "a.example.com", ["other.test"]),
  address: csr(ec, "a.example.com", [], ["127.0.0.1"]),
  p384: csr(ec384, "a.example.com"),
  rsa: csr(rsa, "a.example.com"),
  rsaShort: csr(rsaShort, "a.example.com"),
  ed25519: csr(ed25519, "a.example.com"),
  intermediate: csr(ec, "Requested CA"),
  signatureBroken: good.replace(
    /(.)(==|=)?\n-----END/,
    (_, last: string, pad = "") => `${last === "A" ? "B" : "A"}${String(pad)}\n-----END`,
  ),
  truncated: good.slice(0, 200),
  notBase64: "-----BEGIN CERTIFICATE REQUEST-----\n!!!\n-----END CERTIFICATE REQUEST-----",
  notDer: toPem("CERTIFICATE REQUEST", Buffer.from("not a request")),
  otherLabel: good.replaceAll("CERTIFICATE REQUEST", "CERTIFICATE"),
  text: "junk",
  empty: "",
} as const;
