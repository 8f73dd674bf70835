import path from "node:path";
import { configErrors } from "../config/errors.ts";
import type { ServiceDefinition } from "../services/definition.ts";
import { definitionOf } from "../services/registry.ts";
import { connectionPaths } from "../services/tenants.ts";
import { vaultService } from "../services/vault/vault-service.ts";
import { exists } from "../shared/files.ts";
import { connectOnce } from "../supervisor/ports.ts";
import type { Member, Unit } from "../supervisor/unit.ts";
import { logIn } from "../vault/login.ts";
import type { VaultTenant } from "../vault/platform-model.ts";
import type { VaultClient } from "../vault/vault-client.ts";
import {
  connectionRunOf,
  readCredentials,
  settingsFrom,
  vaultConnection,
} from "./connection-settings.ts";
import { keyStoreOf } from "./key-store-of.ts";
import type { Stack } from "./stack.ts";
import type { UserApp } from "./user-apps.ts";

/** One of the user's own applications, as the supervisor runs it: after what it needs, as whoever ran `up`. */
export function appUnit(stack: Stack, app: UserApp, vault: VaultClient): Unit {
  const { name, port } = app;
  return {
    name,
    dependsOn: [...new Set([vaultService.name, ...app.needs])],
    members: [name],
    retriesStart: true,
    readyWithinMs: 60_000,
    prepare: async () => [await prepare(stack, app, vault)],
    settle: async () => (port === undefined ? undefined : connectOnce(port)),
  };
}

/** Its AppRole reads what a connection to the services that it needs is made of, and nothing else. */
export function tenantOfApp({ name, needs }: UserApp): VaultTenant {
  const reads = servicesNeeded(needs).flatMap(connectionPaths);
  return { name, credentials: [], certificates: [], reads };
}

function servicesNeeded(needs: readonly string[]): readonly ServiceDefinition[] {
  return [...new Set(needs)].filter((need) => need !== vaultService.name).map(definitionOf);
}

async function prepare(stack: Stack, app: UserApp, vault: VaultClient): Promise<Member> {
  const { name, cwd, port } = app;
  if (!(await exists(cwd)))
    throw configErrors.DS_CONFIG_INVALID(`apps.${name}.cwd: there is no folder ${cwd}`);
  const [program = "", ...args] = app.command;
  return {
    name,
    ports: port === undefined ? [] : [{ name: "port", port }],
    account: undefined,
    logFile: path.join(stack.folders.logs, `${name}.log`),
    companions: [],
    process: {
      program,
      args,
      env: await environmentFor(stack, app, vault),
      cwd,
      stop: { signal: "SIGTERM", graceMs: 10_000 },
    },
    accepting: async () => (port === undefined ? undefined : connectOnce(port)),
  };
}

/** Passwords among it: connection settings in the environment are what an application of the user's is given. */
async function environmentFor(
  stack: Stack,
  { name, needs, port }: UserApp,
  vault: VaultClient,
): Promise<Readonly<Record<string, string>>> {
  const keyStore = keyStoreOf(stack);
  const own = await logIn(vault, keyStore, name);
  const settings = await Promise.all(
    servicesNeeded(needs).map(async (definition) => {
      const credentials = await readCredentials(own, connectionPaths(definition));
      const connection = definition.connection(connectionRunOf(stack, definition, credentials));
      return settingsFrom(definition.name, connection);
    }),
  );
  await own.write("auth/token/revoke-self");
  const { roleIdFile, secretIdFile } = keyStore.identityFiles(name);
  const inherited = ["PATH", "HOME", "LANG", "TZ"].flatMap((variable) =>
    process.env[variable] === undefined ? [] : [[variable, process.env[variable]]],
  );
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    ...settingsFrom(vaultService.name, vaultConnection(stack)),
    ...(Object.assign({}, ...settings) as Record<string, string>),
    ...(port === undefined ? {} : { PORT: String(port) }),
    DEVSTACK_APPROLE_ROLE_ID_FILE: roleIdFile,
    DEVSTACK_APPROLE_SECRET_ID_FILE: secretIdFile,
  };
}
