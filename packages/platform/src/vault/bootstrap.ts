import { readFile } from "node:fs/promises";
import { Secret } from "../shared/secret.ts";
import { writeIdentityCopy } from "./identity-copy.ts";
import { bootstrapPki, type AuthorityTerms } from "./bootstrap-pki.ts";
import type { KeyStore } from "./key-store.ts";
import {
  kvMount,
  policyName,
  policyText,
  roleName,
  type CredentialField,
  type VaultTenant,
} from "./platform-model.ts";
import type { VaultClient } from "./vault-client.ts";
import { writeUnlessSo } from "./write-unless-so.ts";

export interface BootstrapOptions {
  /** Has to act with a token that may do all this: root's. */
  readonly client: VaultClient;
  readonly keyStore: KeyStore;
  readonly tenants: readonly VaultTenant[];
  /** An instance that has a certificate but no AppRole: the vault itself, where it is the stack's own. */
  readonly ownCertificate?: string;
  readonly authorities?: AuthorityTerms;
}

/**
 * Brings the vault to what the registered services need. Every part looks at what is there first, so that it can be
 * run at each start and after a kill; a stored credential is never changed, a secret-id is given anew. What an earlier
 * start gave to a tenant that is gone, as an application taken out of the configuration, is taken back.
 */
export async function bootstrapVault(options: BootstrapOptions): Promise<void> {
  const { client, tenants } = options;
  const [mounts, auths] = await Promise.all([client.read("sys/mounts"), client.read("sys/auth")]);
  const fillStore = async (): Promise<void> => {
    if (!mounts?.[`${kvMount}/`])
      await client.write(`sys/mounts/${kvMount}`, { type: "kv", options: { version: "2" } });
    await Promise.all(tenants.map(async (tenant) => storeCredentials(client, tenant)));
  };
  await Promise.all([
    fillStore(),
    auths?.["approle/"] ? undefined : client.write("sys/auth/approle", { type: "approle" }),
    bootstrapPki({
      client,
      keyStore: options.keyStore,
      mounts: mounts ?? {},
      certificates: [
        ...(options.ownCertificate === undefined
          ? []
          : [{ instance: options.ownCertificate, keyType: "ec" } as const]),
        ...tenants.flatMap((tenant) => tenant.certificates),
      ],
      ...(options.authorities ? { terms: options.authorities } : {}),
    }),
  ]);
  await Promise.all(tenants.map(async (tenant) => giveIdentity(options, tenant)));
  const known = new Set(tenants.map(({ name }) => name));
  const former = (await options.keyStore.identityNames()).filter((name) => !known.has(name));
  await Promise.all(former.map(async (name) => takeIdentityBack(options, name)));
}

/** Whether a vault there sees this machine's requests come from the loopback. */
function isLoopback(address: string): boolean {
  return /^(localhost|127\.[\d.]+)$/.test(new URL(address).hostname);
}

/** One after the other: an entry may take a field of another one of the same tenant. */
async function storeCredentials(client: VaultClient, tenant: VaultTenant): Promise<void> {
  for (const { path, fields } of tenant.credentials) {
    const stored = await readCredential(client, path);
    const missing = Object.entries(fields).filter(([name]) => stored?.[name] === undefined);
    if (missing.length === 0) continue;
    const made = await Promise.all(
      missing.map(async ([name, field]) => [name, await valueOf(client, field)]),
    );
    await client.write(`${kvMount}/data/${path}`, {
      data: { ...stored, ...Object.fromEntries(made) },
    });
  }
}

async function valueOf(client: VaultClient, field: CredentialField): Promise<string | boolean> {
  if (typeof field !== "object") return field;
  if ("generate" in field) return field.generate();
  return (await readCredential(client, field.path))?.[field.field] as string;
}

/** A KV v2 entry's fields; undefined when there is none. */
export async function readCredential(
  client: VaultClient,
  path: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const entry = await client.read(`${kvMount}/data/${path}`);
  return entry?.["data"] as Readonly<Record<string, unknown>> | undefined;
}

async function giveIdentity(
  { client, keyStore }: BootstrapOptions,
  tenant: VaultTenant,
): Promise<void> {
  const role = `auth/approle/role/${roleName(tenant.name)}`;
  const boundCidrs = isLoopback(client.address) ? ["127.0.0.0/8"] : [];
  const policy = { policy: policyText(tenant) };
  await writeUnlessSo(client, `sys/policies/acl/${policyName(tenant.name)}`, policy);
  await writeUnlessSo(client, role, {
    token_policies: [policyName(tenant.name)],
    token_ttl: tenant.tokenTtlSeconds ?? 3600,
    token_max_ttl: 24 * 3600,
    token_bound_cidrs: boundCidrs,
    secret_id_ttl: 720 * 3600,
    secret_id_bound_cidrs: boundCidrs,
  });
  const former = await keyStore.identity(tenant.name);
  const roleId = (await client.read(`${role}/role-id`))?.["role_id"] as string;
  const secretId = (await client.write(`${role}/secret-id`)).data?.["secret_id"] as string;
  const identity = { roleId: new Secret(roleId), secretId: new Secret(secretId) };
  await keyStore.saveIdentity(tenant.name, identity);
  if (tenant.identityCopy)
    await writeIdentityCopy(identity, await readFile(keyStore.caFile, "utf8"), tenant.identityCopy);
  if (former)
    await client.write(`${role}/secret-id/destroy`, { secret_id: former.secretId.reveal() });
}

async function takeIdentityBack(
  { client, keyStore }: BootstrapOptions,
  name: string,
): Promise<void> {
  await client.delete(`auth/approle/role/${roleName(name)}`);
  await client.delete(`sys/policies/acl/${policyName(name)}`);
  await keyStore.removeIdentity(name); // last: by it the rest is found
}
