import { X509Certificate } from "node:crypto";
import { certificateNames, intermediateMount, roleName } from "./platform-model.ts";
import type { VaultClient } from "./vault-client.ts";

/** PEM texts. */
export interface IssuedCertificate {
  /** Leaf, then the intermediate. */
  readonly certificate: string;
  readonly key: string;
}

/** Issues from the instance's own role, for all its names and the loopback addresses. */
export async function issueCertificate(
  client: VaultClient,
  instance: string,
): Promise<IssuedCertificate> {
  const names = certificateNames(instance);
  const { data } = await client.write(`${intermediateMount}/issue/${roleName(instance)}`, {
    common_name: names[1],
    alt_names: names.join(","),
    ip_sans: "127.0.0.1,::1",
  });
  return {
    certificate: `${String(data?.["certificate"]).trim()}\n${String(data?.["issuing_ca"]).trim()}\n`,
    key: `${String(data?.["private_key"]).trim()}\n`,
  };
}

/** Whether the certificate was issued under this chain (PEM) and has more than a third of its life before it. */
export function isFresh(certificate: string, chain: string, nowMs: number): boolean {
  try {
    const leaf = new X509Certificate(certificate);
    const issuer = new X509Certificate(chain);
    const [from, to] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
    return leaf.verify(issuer.publicKey) && to - nowMs > (to - from) / 3;
  } catch {
    return false; // half a file, or another kind of text
  }
}
