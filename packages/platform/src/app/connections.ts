import type { Connection, ServiceDefinition } from "../services/definition.ts";
import { definitionOf } from "../services/registry.ts";
import { makeRuns } from "../services/service-unit.ts";
import { vaultService } from "../services/vault/vault-service.ts";
import { readCredential } from "../vault/bootstrap.ts";
import { KeyStore } from "../vault/key-store.ts";
import { logIn } from "../vault/login.ts";
import type { Stack } from "./stack.ts";
import { vaultClientOf } from "./units.ts";

/** How an application reaches the service, read with the service's own AppRole. Needs the vault to be up. */
export async function connectionOf(stack: Stack, service: string): Promise<Connection> {
  const ca = new KeyStore(stack.folders.vault).caFile;
  if (service === vaultService.name) {
    return vaultService.connection({ ports: stack.ports[service] ?? {}, ca });
  }
  const definition = definitionOf(service);
  const secrets = await credentialsOf(stack, definition);
  const [first] = makeRuns(definition, { ...stack, engine: undefined }, secrets);
  if (!first) throw new Error(`${service} has no instances`);
  const { ports, peers, secret, tls } = first;
  return definition.connection({ ports, peers, secret, tls: { ...tls, ca } });
}

/** The service's stored credentials by path, as its own AppRole reads them. */
export async function credentialsOf(
  stack: Stack,
  definition: ServiceDefinition,
): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>> {
  using client = vaultClientOf(stack);
  const own = await logIn(client, new KeyStore(stack.folders.vault), definition.name);
  const entries = definition.credentials.map(
    async ({ path: at }) => [at, (await readCredential(own, at)) ?? {}] as const,
  );
  const found = Object.fromEntries(await Promise.all(entries));
  await own.write("auth/token/revoke-self");
  return found;
}

/** Environment variables as lines: `NAME=value` for dotenv, `export NAME='value'` for a shell. */
export function formatEnvironment(
  env: Readonly<Record<string, string>>,
  format: "dotenv" | "shell",
): string {
  return Object.entries(env)
    .map(([name, value]) =>
      format === "shell"
        ? `export ${name}='${value.replaceAll("'", `'\\''`)}'`
        : `${name}=${quoteDotenv(value)}`,
    )
    .join("\n");
}

function quoteDotenv(value: string): string {
  return /^[\w@%+=:,./?&-]*$/.test(value)
    ? value
    : `"${value.replaceAll(/["\\$`]/g, String.raw`\$&`)}"`;
}

/** `DATABASE_URL`-like name of a service's URL. */
export function urlVariable(service: string): string {
  return `${service.toUpperCase()}_URL`;
}
