import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ConfigError } from "../config/config-error.ts";
import type { TlsFiles } from "../config/server-config.ts";
import { noNames } from "../engines/pki/alternative-names.ts";
import { readCa } from "../engines/pki/ca-certificate.ts";
import { toPem } from "../engines/pki/certificate.ts";
import { extendedKeyUsages, keyUsageBits } from "../engines/pki/extensions.ts";
import { issueCa, issueLeaf } from "../engines/pki/issue-certificate.ts";
import { generateKey, privateKeyPem } from "../engines/pki/key-pair.ts";

/** The certificates of -dev-tls, on disk as long as the server runs. */
export interface DevCertificates {
  readonly caFile: string;
  readonly tls: TlsFiles;
  readonly remove: () => void;
}

const lifetimeMs = 365 * 24 * 3_600_000;
const backdatedMs = 30_000;
const noUrls = { issuing_certificates: [], crl_distribution_points: [], ocsp_servers: [] };

/**
 * Makes an authority for this run alone, which keeps no key, and a certificate for the loopback, this machine's name
 * and `host`. Into `folder`, which has to be there, or one of its own; under the names that Vault gives the files.
 */
export async function makeDevCertificates(
  host: string,
  folder: string | undefined,
): Promise<DevCertificates> {
  if (folder !== undefined && !existsSync(folder))
    throw new ConfigError(`-dev-tls-cert-dir: there is no ${resolve(folder)}`);
  const [authorityKey, key] = [
    await generateKey({ type: "ec", bits: 256 }),
    await generateKey({ type: "ec", bits: 256 }),
  ];
  const now = Date.now();
  const validity = {
    notBefore: new Date(now - backdatedMs),
    notAfter: new Date(now + lifetimeMs),
    warnings: [],
  };
  const authority = issueCa(authorityKey, {
    subject: { common_name: ["DevStack vault in dev mode"] },
    names: noNames,
    publicKey: authorityKey,
    validity,
    pathLength: 0,
    urls: noUrls,
  });
  const certificate = toPem("CERTIFICATE", authority.der);
  const { subject, keyId, notAfter } = readCa(certificate);
  const hosts = [...new Set(["localhost", hostname(), "127.0.0.1", "::1", host])];
  const leaf = issueLeaf(
    {
      issuer: { id: "", name: "", certificate, keyId: "", leaf_not_after_behavior: "err" },
      key: authorityKey,
      certificate: authority.der,
      subject,
      keyId,
      notAfter,
    },
    {
      subject: { common_name: ["localhost"] },
      names: {
        ...noNames,
        dns: hosts.filter((name) => isIP(name) === 0),
        ip: hosts.filter((name) => isIP(name) !== 0),
      },
      publicKey: key,
      validity,
      keyUsages: new Set([keyUsageBits["digitalsignature"] ?? 0]),
      extendedKeyUsages: [extendedKeyUsages["serverauth"] ?? ""],
      withConstraints: true,
      urls: noUrls,
    },
  );
  const own = folder === undefined ? mkdtempSync(join(tmpdir(), "vault-tls")) : undefined;
  const at = (name: string): string => resolve(own ?? folder ?? "", name);
  const files = {
    "vault-ca.pem": certificate,
    "vault-cert.pem": toPem("CERTIFICATE", leaf.der),
    "vault-key.pem": privateKeyPem(key, false),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text, { mode: 0o600 });
  return {
    caFile: at("vault-ca.pem"),
    tls: {
      certFile: at("vault-cert.pem"),
      keyFile: at("vault-key.pem"),
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.3",
    },
    remove: () => {
      for (const name of Object.keys(files)) rmSync(at(name), { force: true });
      if (own !== undefined) rmSync(own, { recursive: true, force: true });
    },
  };
}
