import type { Connection, ConnectionRun, ServiceDefinition } from "../services/definition.ts";
import { makeRuns } from "../services/service-unit.ts";
import { vaultService } from "../services/vault/vault-service.ts";
import { readCredential } from "../vault/stored-credentials.ts";
import type { VaultClient } from "../vault/vault-client.ts";
import type { ExternalVault } from "./external-vault.ts";
import { keyStoreOf } from "./key-store-of.ts";
import type { Stack } from "./stack.ts";

/** Stored credentials by path, as far as the client's token may read them. */
export type Credentials = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export async function readCredentials(
  client: VaultClient,
  paths: readonly string[],
): Promise<Credentials> {
  const entries = paths.map(async (at) => [at, (await readCredential(client, at)) ?? {}] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** What a connection to the service is made of, with the CA file of the caller's own. */
export function connectionRunOf(
  stack: Stack,
  definition: ServiceDefinition,
  credentials: Credentials,
): ConnectionRun {
  const [first] = makeRuns(definition, { ...stack, engine: undefined }, credentials);
  if (!first) throw new Error(`${definition.name} has no instances`);
  const { ports, peers, secret, tls } = first;
  return { ports, peers, secret, tls: { ...tls, ca: keyStoreOf(stack).caFile } };
}

export function vaultConnection(stack: Stack): Connection {
  if (stack.externalVault) return externalConnection(stack.externalVault);
  const ca = keyStoreOf(stack).caFile;
  return vaultService.connection({ ports: stack.ports[vaultService.name] ?? {}, ca });
}

function externalConnection({ url, caFile }: ExternalVault): Connection {
  return {
    url,
    env: { VAULT_ADDR: url, ...(caFile === undefined ? {} : { VAULT_CACERT: caFile }) },
  };
}

/** What the service's clients read, and `<SERVICE>_URL`. */
export function settingsFrom(
  service: string,
  { env, url }: Connection,
): Readonly<Record<string, string>> {
  return { ...env, [`${service.toUpperCase().replaceAll("-", "_")}_URL`]: url };
}
