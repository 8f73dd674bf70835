import { readFile } from "node:fs/promises";
import { administratorOf, requireOpen } from "../services/vault/external-vault-unit.ts";
import { vaultService } from "../services/vault/vault-service.ts";
import { definitionOf } from "../services/registry.ts";
import { serviceErrors } from "../services/errors.ts";
import type { Secret } from "../shared/secret.ts";
import { bootstrapVault } from "../vault/bootstrap.ts";
import { vaultErrors } from "../vault/errors.ts";
import { initialiseVault, sealStatus, unsealVault } from "../vault/open-vault.ts";
import { keyStoreOf } from "./key-store-of.ts";
import { credentialsOf } from "./connections.ts";
import { runningVault } from "./running-vault.ts";
import type { Stack } from "./stack.ts";
import { tenantsOf } from "./units.ts";

export interface VaultStatus {
  readonly address: string;
  readonly initialised: boolean;
  readonly sealed: boolean;
  readonly shares: number;
  readonly threshold: number;
}

/** Rejects with DS_NOT_RUNNING, or DS_VAULT_UNREACHABLE, when none answers. */
export async function vaultStatus(stack: Stack): Promise<VaultStatus> {
  using client = await runningVault(stack);
  return { address: client.address, ...(await sealStatus(client)) };
}

/** Opens the vault with the keys of the stack's folder. An external one is for others to open: DS_VAULT_CLOSED. */
export async function unseal(stack: Stack): Promise<"was open" | "is open now"> {
  using client = await runningVault(stack);
  if (stack.externalVault) await requireOpen(client);
  if (!(await sealStatus(client)).sealed) return "was open";
  await unsealVault(client, keyStoreOf(stack));
  return "is open now";
}

/** Closes the vault: nobody reads or issues anything until it is unsealed. Services that run go on. */
export async function seal(stack: Stack): Promise<"was sealed" | "is sealed now"> {
  refuseExternal(stack, "seal it there: vault operator seal");
  using client = await runningVault(stack);
  if ((await sealStatus(client)).sealed) return "was sealed";
  await client.withToken(await rootToken(stack)).write("sys/seal");
  return "is sealed now";
}

/** Initialises a vault that never was, and saves its keys and root token in the stack's folder; it stays sealed. */
export async function initialise(
  stack: Stack,
): Promise<"was initialised before" | "is initialised now"> {
  using client = await runningVault(stack);
  if ((await sealStatus(client)).initialised) return "was initialised before";
  refuseExternal(stack, "initialise it there: vault operator init");
  await initialiseVault(client, keyStoreOf(stack));
  return "is initialised now";
}

/**
 * Opens the vault where it is sealed, and puts back whatever is missing in it: mounts, authorities, roles, policies,
 * credentials. What is there stays, but for secret-ids, which are given anew. Gives the services that it is filled for.
 */
export async function bootstrap(stack: Stack): Promise<readonly string[]> {
  using client = await runningVault(stack);
  const keyStore = keyStoreOf(stack);
  const tenants = tenantsOf(stack);
  if (stack.externalVault) {
    await requireOpen(client);
    await bootstrapVault({ client: await administratorOf(client, keyStore), keyStore, tenants });
  } else {
    await unsealVault(client, keyStore);
    const root = client.withToken(await keyStore.rootToken());
    await bootstrapVault({ client: root, keyStore, tenants, ownCertificate: vaultService.name });
  }
  return tenants.map(({ name }) => name);
}

/** Throws DS_VAULT_NOT_OURS for what is up to whoever runs the vault. */
function refuseExternal({ externalVault }: Stack, hint: string): void {
  if (externalVault)
    throw vaultErrors.DS_VAULT_NOT_OURS(
      `the vault at ${externalVault.url} is not this stack's own`,
      {
        hint,
      },
    );
}

/** The token that fills the vault: root's, of the stack's own; DS_VAULT_NOT_INITIALISED before the first start. */
export async function rootToken(stack: Stack): Promise<Secret> {
  return keyStoreOf(stack).rootToken();
}

/** The intermediate, then the root, PEM, and the file that holds them. */
export async function caChain(
  stack: Stack,
): Promise<{ readonly chain: string; readonly file: string }> {
  const keyStore = keyStoreOf(stack);
  await keyStore.rootToken(); // says what to do where the stack was never started
  return { chain: await readFile(keyStore.caChainFile, "utf8"), file: keyStore.caChainFile };
}

/** The application's user and password of a service, read with the service's own AppRole. */
export async function showPassword(
  stack: Stack,
  service: string,
): Promise<{ readonly service: string; readonly user?: string; readonly password: string }> {
  if (service === vaultService.name) {
    throw serviceErrors.DS_CREDENTIAL_MISSING("the vault has a token and no password", {
      hint: "devstack vault token",
    });
  }
  const definition = definitionOf(service);
  const credentials = await credentialsOf(stack, definition);
  const { user, password } = credentials[definition.credentials[0]?.path ?? ""] ?? {};
  if (typeof password !== "string") {
    throw serviceErrors.DS_CREDENTIAL_MISSING(`the vault holds no password for ${service}`, {
      hint: "devstack restart vault puts back what is missing",
    });
  }
  return { service, ...(typeof user === "string" ? { user } : {}), password };
}
