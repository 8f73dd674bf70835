import { DevStackError } from "../../shared/errors.ts";
import type { Secret } from "../../shared/secret.ts";
import type { Unit } from "../../supervisor/unit.ts";
import { bootstrapVault, renewIdentities } from "../../vault/bootstrap.ts";
import { vaultErrors, wasAnswered } from "../../vault/errors.ts";
import type { KeyStore } from "../../vault/key-store.ts";
import { sealStatus } from "../../vault/open-vault.ts";
import type { VaultTenant } from "../../vault/platform-model.ts";
import type { VaultClient } from "../../vault/vault-client.ts";
import { writeAndReadBack } from "./vault-unit.ts";

export interface ExternalVaultHost {
  readonly client: VaultClient;
  readonly keyStore: KeyStore;
  readonly tenants: readonly VaultTenant[];
  readonly now: () => number;
}

/** A vault that somebody else runs and opens: nothing is started for it, it is only filled with what the services need. */
export function externalVaultUnit(host: ExternalVaultHost): Unit {
  return {
    name: "vault",
    dependsOn: [],
    members: [],
    readyWithinMs: 30_000,
    prepare: async () => [],
    settle: async () => {
      await requireOpen(host.client);
      const root = await administratorOf(host.client, host.keyStore);
      await bootstrapVault({ ...host, client: root });
      await writeAndReadBack(root);
    },
    renew: async () => {
      const root = await administratorOf(host.client, host.keyStore); // which renews its token too
      await renewIdentities({ ...host, client: root }, host.now());
    },
  };
}

/** @throws DS_VAULT_CLOSED */
export async function requireOpen(client: VaultClient): Promise<void> {
  const { initialised, sealed } = await sealStatus(client);
  if (initialised && !sealed) return;
  throw vaultErrors.DS_VAULT_CLOSED(
    `the external vault at ${client.address} ${initialised ? "is sealed" : "was never initialised"}`,
    {
      hint: `that is for whoever runs it: ${initialised ? "vault operator unseal" : "vault operator init"}`,
    },
  );
}

/** The vault with the token that was given for it, which is renewed where it can be. */
export async function administratorOf(
  client: VaultClient,
  keyStore: KeyStore,
): Promise<VaultClient> {
  const root = client.withToken(await tokenOf(keyStore));
  try {
    const own = await root.read("auth/token/lookup-self");
    if (own?.["renewable"] === true) await root.write("auth/token/renew-self");
    return root;
  } catch (error) {
    if (!wasAnswered(403, error)) throw error;
    throw vaultErrors.DS_VAULT_TOKEN_REFUSED(
      `the vault at ${client.address} does not take the token of ${keyStore.rootTokenFile}`,
      {
        hint: "it may have expired or been revoked: give another, by that file or DEVSTACK_VAULT_TOKEN",
      },
    );
  }
}

async function tokenOf(keyStore: KeyStore): Promise<Secret> {
  try {
    return await keyStore.rootToken();
  } catch (error) {
    if (!(error instanceof DevStackError) || error.code !== "DS_VAULT_NOT_INITIALISED") throw error;
    throw vaultErrors.DS_VAULT_TOKEN_REFUSED(
      `there is no token for the external vault: ${keyStore.rootTokenFile} is not there`,
      {
        hint: "name a tokenFile (mode 600) in devstack.config.ts, or set DEVSTACK_VAULT_TOKEN for devstack up",
      },
    );
  }
}
