import { Secret } from "../shared/secret.ts";
import { vaultErrors } from "./errors.ts";
import type { KeyStore } from "./key-store.ts";
import type { VaultClient } from "./vault-client.ts";

/** Logs in with the service's own AppRole; the client given acts with its token. */
export async function logIn(
  client: VaultClient,
  keyStore: KeyStore,
  service: string,
): Promise<VaultClient> {
  const identity = await keyStore.identity(service);
  if (!identity) {
    throw vaultErrors.DS_VAULT_NOT_INITIALISED(`${service} has no AppRole yet`, {
      hint: `devstack up ${service}`,
    });
  }
  const { auth } = await client.write("auth/approle/login", {
    role_id: identity.roleId.reveal(),
    secret_id: identity.secretId.reveal(),
  });
  return client.withToken(new Secret(auth?.client_token ?? ""));
}
