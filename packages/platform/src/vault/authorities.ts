import { intermediateMount, rootMount } from "./platform-model.ts";
import type { VaultClient } from "./vault-client.ts";

/** An authority that was made just now, and by what it can be taken back. */
interface MadeAuthority {
  readonly certificate: string;
  readonly issuers: readonly string[];
  readonly key: string;
}

/** The root's certificate, PEM; made where there is none, to live for `ttl`. */
export async function rootAuthority(client: VaultClient, ttl: string): Promise<string> {
  return authorityOf(client, rootMount, async () => {
    const { data } = await client.write(`${rootMount}/root/generate/internal`, {
      common_name: "DevStack Core Root CA",
      ttl,
      key_type: "ec",
      key_bits: 256,
      max_path_length: 1,
    });
    return {
      certificate: data?.["certificate"] as string,
      issuers: [data?.["issuer_id"] as string],
      key: data?.["key_id"] as string,
    };
  });
}

/** The same for the intermediate, which the root (PEM) signs. */
export async function intermediateAuthority(
  client: VaultClient,
  ttl: string,
  root: string,
): Promise<string> {
  return authorityOf(client, intermediateMount, async () => {
    const { data: request } = await client.write(
      `${intermediateMount}/intermediate/generate/internal`,
      { common_name: "DevStack Core Intermediate CA", key_type: "ec", key_bits: 256 },
    );
    const { data: signed } = await client.write(`${rootMount}/root/sign-intermediate`, {
      csr: request?.["csr"],
      common_name: "DevStack Core Intermediate CA",
      ttl,
      max_path_length: 0,
    });
    const certificate = signed?.["certificate"] as string;
    const key = request?.["key_id"] as string;
    const { data: imported } = await client.write(`${intermediateMount}/intermediate/set-signed`, {
      certificate: `${certificate.trim()}\n${root.trim()}\n`,
    });
    const keys = Object.entries((imported?.["mapping"] ?? {}) as Record<string, string>);
    const issuers = keys.filter(([, used]) => used === key).map(([issuer]) => issuer);
    return { certificate, issuers, key };
  });
}

/** Where two stacks make one at the same moment, the vault's first is everybody's, and the other is taken back. */
async function authorityOf(
  client: VaultClient,
  mount: string,
  make: () => Promise<MadeAuthority>,
): Promise<string> {
  const found = await authority(client, mount);
  if (found !== undefined) return found;
  const made = await make();
  const first = (await authority(client, mount)) ?? made.certificate;
  if (first.trim() === made.certificate.trim()) return made.certificate;
  for (const issuer of made.issuers) await client.delete(`${mount}/issuer/${issuer}`);
  await client.delete(`${mount}/key/${made.key}`);
  return first;
}

/** The mount's certificate, PEM; undefined while it has none: then it has no issuers, and what is answered differs. */
async function authority(client: VaultClient, mount: string): Promise<string | undefined> {
  const path = `${mount}/cert/ca`;
  const { status } = await client.request("GET", path);
  if (status !== 200 && (await client.list(`${mount}/issuers`)).length === 0) return undefined;
  const certificate = (await client.read(path))?.["certificate"];
  return typeof certificate === "string" && certificate !== "" ? certificate : undefined;
}
