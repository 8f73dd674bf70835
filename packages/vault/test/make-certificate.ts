import { writeFileSync } from "node:fs";
import { toPem } from "../src/engines/pki/certificate.ts";
import { noNames } from "../src/engines/pki/alternative-names.ts";
import { issueCa } from "../src/engines/pki/issue-certificate.ts";
import { generateKey, privateKeyPem } from "../src/engines/pki/key-pair.ts";

/** A self-signed certificate with this common name, and its key. */
export async function makeCertificate(
  certificateFile: string,
  keyFile: string,
  commonName: string,
): Promise<void> {
  const key = await generateKey({ type: "ec", bits: 256 });
  const now = Date.now();
  const { der } = issueCa(key, {
    subject: { common_name: [commonName] },
    names: noNames,
    publicKey: key,
    validity: {
      notBefore: new Date(now - 60_000),
      notAfter: new Date(now + 3_600_000),
      warnings: [],
    },
    pathLength: undefined,
    urls: { issuing_certificates: [], crl_distribution_points: [], ocsp_servers: [] },
  });
  writeFileSync(certificateFile, toPem("CERTIFICATE", der));
  writeFileSync(keyFile, privateKeyPem(key, false));
}
