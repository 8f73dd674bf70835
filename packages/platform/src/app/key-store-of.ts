import { Secret } from "../shared/secret.ts";
import { KeyStore } from "../vault/key-store.ts";
import type { Stack } from "./stack.ts";

const variable = "DEVSTACK_VAULT_TOKEN";

/** What lies in the stack's vault folder; the token of an external vault may lie elsewhere. */
export function keyStoreOf({ folders, externalVault }: Stack): KeyStore {
  return new KeyStore(folders.vault, externalVault?.tokenFile);
}

/**
 * Keeps the token that the caller's environment has for an external vault, where no file is named for it: the daemon
 * needs it at every start of the vault, and gets nothing secret by its own environment.
 */
export async function keepGivenToken(stack: Stack, env: NodeJS.ProcessEnv): Promise<void> {
  const given = env[variable] ?? "";
  if (!stack.externalVault || stack.externalVault.tokenFile !== undefined || given === "") return;
  await keyStoreOf(stack).saveToken(new Secret(given.trim()));
}
