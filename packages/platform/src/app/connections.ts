import { configErrors } from "../config/errors.ts";
import type { Connection, ServiceDefinition } from "../services/definition.ts";
import { definitionOf, requireServices, serviceNames } from "../services/registry.ts";
import { vaultService } from "../services/vault/vault-service.ts";
import { logIn } from "../vault/login.ts";
import {
  connectionRunOf,
  type Credentials,
  readCredentials,
  settingsFrom,
  vaultConnection,
} from "./connection-settings.ts";
import { keyStoreOf } from "./key-store-of.ts";
import { notRunning } from "./restart.ts";
import { runningVault } from "./running-vault.ts";
import type { Stack } from "./stack.ts";
import { status } from "./status.ts";
import { appNames } from "./user-apps.ts";

/** How an application reaches the service, read with the service's own AppRole. Needs the vault to be up. */
export async function connectionOf(stack: Stack, service: string): Promise<Connection> {
  if (service === vaultService.name) return vaultConnection(stack);
  const definition = definitionOf(service);
  return definition.connection(
    connectionRunOf(stack, definition, await credentialsOf(stack, definition)),
  );
}

/**
 * The settings of these services, or of all that are ready: what each one's clients read, and `<SERVICE>_URL`.
 * Rejects with DS_NOT_RUNNING when the stack is not up.
 */
export async function environmentOf(
  stack: Stack,
  services: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  requireServices(services);
  const { running, instances } = await status(stack);
  if (!running) throw notRunning(stack);
  const ready = new Set(instances.filter((one) => one.state === "ready").map((one) => one.service));
  const chosen = services.length > 0 ? services : serviceNames.filter((name) => ready.has(name));
  const environments = chosen.map(async (name) =>
    settingsFrom(name, await connectionOf(stack, name)),
  );
  return Object.assign({}, ...(await Promise.all(environments))) as Record<string, string>;
}

/** The service's URL over TLS, or without; the same where a URL can't tell them apart. An application is taken to speak HTTP. */
export async function urlOf(
  stack: Stack,
  service: string,
  options: { readonly plain: boolean },
): Promise<string> {
  requireServices([service], appNames(stack));
  const app = stack.apps.find(({ name }) => name === service);
  if (app?.port !== undefined) return `http://127.0.0.1:${app.port}`;
  if (app)
    throw configErrors.DS_CONFIG_INVALID(`apps.${service} has no port, so it has no URL`, {
      hint: "give it a port in devstack.config.ts",
    });
  const { url, tlsUrl, plainUrl } = await connectionOf(stack, service);
  return (options.plain ? plainUrl : tlsUrl) ?? url;
}

/** The service's stored credentials by path, as its own AppRole reads them. */
export async function credentialsOf(
  stack: Stack,
  definition: ServiceDefinition,
): Promise<Credentials> {
  using client = await runningVault(stack);
  const own = await logIn(client, keyStoreOf(stack), definition.name);
  const found = await readCredentials(
    own,
    definition.credentials.map((spec) => spec.path),
  );
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
