import { readFile } from "node:fs/promises";
import { Secret } from "../shared/secret.ts";
import { writeIdentityCopy } from "./identity-copy.ts";
import { bootstrapPki, type AuthorityTerms } from "./bootstrap-pki.ts";
import type { KeyStore } from "./key-store.ts";
import { mountUnlessThere } from "./mount-unless-there.ts";
import { kvMount, policyName, policyText, roleName, type VaultTenant } from "./platform-model.ts";
import { storeCredentials } from "./stored-credentials.ts";
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
 * start gave to a tenant that is gone, as an application taken out of the configuration, is taken back. Several stacks
 * may do this to one external vault at the same moment: what the first of them makes is everybody's.
 */
export async function bootstrapVault(options: BootstrapOptions): Promise<void> {
  const { client, tenants } = options;
  const [mounts, auths] = await Promise.all([client.read("sys/mounts"), client.read("sys/auth")]);
  const fillStore = async (): Promise<void> => {
    const versioned = { type: "kv", options: { version: "2" } };
    await mountUnlessThere(client, ["sys/mounts", kvMount], versioned, mounts);
    await Promise.all(tenants.map(async (tenant) => storeCredentials(client, tenant)));
  };
  await Promise.all([
    fillStore(),
    mountUnlessThere(client, ["sys/auth", "approle"], { type: "approle" }, auths),
    bootstrapPki({
      client,
      keyStore: options.keyStore,
      mounts,
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

const secretIdLifeSeconds = 720 * 3600;

/** Gives a secret-id anew to each tenant whose own has lived two thirds of its time. */
export async function renewIdentities(options: BootstrapOptions, nowMs: number): Promise<void> {
  for (const tenant of options.tenants) {
    const givenAt = await options.keyStore.identityGivenAt(tenant.name);
    if (givenAt === undefined || nowMs - givenAt < (secretIdLifeSeconds * 1000 * 2) / 3) continue;
    await giveIdentity(options, tenant);
  }
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
    secret_id_ttl: secretIdLifeSeconds,
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

/** Another stack may use an external vault under the same name: then its role and policy stay. */
async function takeIdentityBack(
  { client, keyStore }: BootstrapOptions,
  name: string,
): Promise<void> {
  const role = `auth/approle/role/${roleName(name)}`;
  const own = await keyStore.identity(name);
  if (own && !client.place.isOurs)
    await client.write(`${role}/secret-id/destroy`, { secret_id: own.secretId.reveal() });
  if (client.place.isOurs || (await client.list(`${role}/secret-id`)).length === 0) {
    await client.delete(role);
    await client.delete(`sys/policies/acl/${policyName(name)}`);
  }
  await keyStore.removeIdentity(name); // last: by it the rest is found
}
