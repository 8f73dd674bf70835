import { Secret } from "../shared/secret.ts";
import { vaultErrors } from "./errors.ts";
import type { KeyStore } from "./key-store.ts";
import type { VaultClient } from "./vault-client.ts";

const shareCount = 5;
const threshold = 3;

/** Initialises a vault that never was, saving its keys before anything is stored in it. */
export async function initialiseVault(client: VaultClient, keyStore: KeyStore): Promise<void> {
  await keyStore.announceInitialisation();
  const answer = await client.write("sys/init", {
    secret_shares: shareCount,
    secret_threshold: threshold,
  });
  const shares = (answer["keys_base64"] as string[]).map((share) => new Secret(share));
  await keyStore.saveKeys({ shares, threshold }, new Secret(answer["root_token"] as string));
}

export interface SealStatus {
  readonly initialised: boolean;
  readonly sealed: boolean;
  readonly shares: number;
  readonly threshold: number;
}

export async function sealStatus(client: VaultClient): Promise<SealStatus> {
  const status = (await client.read("sys/seal-status")) ?? {};
  return {
    initialised: status["initialized"] === true,
    sealed: status["sealed"] === true,
    shares: Number(status["n"]),
    threshold: Number(status["t"]),
  };
}

/** Unseals with the keys of the stack's folder; nothing happens when it is open already. */
export async function unsealVault(client: VaultClient, keyStore: KeyStore): Promise<void> {
  const status = await sealStatus(client);
  if (!status.sealed) return;
  const keys = await keyStore.keys();
  if (!status.initialised) {
    throw vaultErrors.DS_VAULT_NOT_INITIALISED("the vault was never initialised", {
      hint: "devstack up",
    });
  }
  if (!keys) {
    throw vaultErrors.DS_VAULT_KEYS_MISSING(
      `the vault is sealed, and ${keyStore.keysFile} is not there: without it nothing can open the vault`,
      { hint: "put back your copy of that file" },
    );
  }
  await client.write("sys/unseal", { reset: true });
  for (const share of keys.shares.slice(0, keys.threshold)) {
    const progress = await client.write("sys/unseal", { key: share.reveal() });
    if (progress["sealed"] === false) return;
  }
  throw vaultErrors.DS_VAULT_KEYS_INVALID(
    `the keys of ${keyStore.keysFile} do not open this vault`,
    {
      hint: "put back the file that belongs to this stack's data",
    },
  );
}
