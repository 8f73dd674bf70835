import { intermediateAuthority, rootAuthority } from "./authorities.ts";
import type { KeyStore } from "./key-store.ts";
import { mountUnlessThere } from "./mount-unless-there.ts";
import { certificateNames, intermediateMount, roleName, rootMount } from "./platform-model.ts";
import type { VaultClient } from "./vault-client.ts";
import { writeUnlessSo } from "./write-unless-so.ts";

const hoursAYear = 8760;

/** How long each authority lives, in Vault's duration words. */
export interface AuthorityTerms {
  readonly root: string;
  readonly intermediate: string;
}

const defaultTerms: AuthorityTerms = {
  root: `${10 * hoursAYear}h`,
  intermediate: `${5 * hoursAYear}h`,
};

interface PkiOptions {
  readonly client: VaultClient;
  readonly keyStore: KeyStore;
  readonly mounts: Readonly<Record<string, unknown>> | undefined;
  readonly certificates: readonly { readonly instance: string; readonly keyType: "ec" | "rsa" }[];
  readonly terms?: AuthorityTerms;
}

/** Root, intermediate signed by it, one issuing role an instance, and the CA's files for clients. */
export async function bootstrapPki(options: PkiOptions): Promise<void> {
  const { client, keyStore, mounts, terms = defaultTerms } = options;
  for (const [mount, maxTtl] of [
    [rootMount, terms.root],
    [intermediateMount, terms.intermediate],
  ] as const) {
    const settings = { type: "pki", config: { max_lease_ttl: maxTtl } };
    await mountUnlessThere(client, ["sys/mounts", mount], settings, mounts);
  }
  const root = await rootAuthority(client, terms.root);
  const intermediate = await intermediateAuthority(client, terms.intermediate, root);
  await Promise.all([
    keyStore.saveCa(root, intermediate),
    ...options.certificates.map(({ instance, keyType }) =>
      writeUnlessSo(client, `${intermediateMount}/roles/${roleName(instance)}`, {
        allowed_domains: certificateNames(instance),
        allow_bare_domains: true,
        allow_localhost: true,
        allow_subdomains: false,
        // What widens a role is said too, so that it is put back where somebody changed it.
        allow_any_name: false,
        allow_glob_domains: false,
        allowed_uri_sans: [],
        enforce_hostnames: true,
        require_cn: true,
        code_signing_flag: false,
        email_protection_flag: false,
        allow_ip_sans: true,
        key_type: keyType,
        key_bits: keyType === "ec" ? 256 : 2048,
        server_flag: true,
        client_flag: true, // a Redis node is a client of the others
        max_ttl: hoursAYear * 3600,
        ttl: hoursAYear * 3600,
        no_store: false,
      }),
    ),
  ]);
}
