import { readFileSync } from "node:fs";
import { configErrors } from "../config/errors.ts";
import { applyFaults } from "../services/apply-faults.ts";
import type { ServiceDefinition } from "../services/definition.ts";
import { definitions } from "../services/registry.ts";
import { identityFolder, serviceUnit } from "../services/service-unit.ts";
import { overseersOf, tenantOf } from "../services/tenants.ts";
import { externalVaultUnit } from "../services/vault/external-vault-unit.ts";
import { vaultFaults } from "../services/vault/faults.ts";
import { vaultUnit } from "../services/vault/vault-unit.ts";
import { messageOf } from "../shared/errors.ts";
import type { Unit } from "../supervisor/unit.ts";
import type { IdentityCopy, VaultTenant } from "../vault/platform-model.ts";
import { VaultClient } from "../vault/vault-client.ts";
import { recordEngine } from "./engine-records.ts";
import { engineOf } from "./engines.ts";
import { appUnit, tenantOfApp } from "./app-unit.ts";
import { keyStoreOf } from "./key-store-of.ts";
import type { Stack } from "./stack.ts";

/** Every service of the stack as the supervisor runs it: where definitions, vault and toolchain come together. */
export function unitsOf(stack: Stack, now: () => number = Date.now): readonly Unit[] {
  const { folders, ports, account } = stack;
  const vaultPorts = { http: ports["vault"]?.["http"] ?? 0, https: ports["vault"]?.["https"] ?? 0 };
  const vault = vaultClientOf(stack);
  const keyStore = keyStoreOf(stack);
  const own = definitionsOf(stack);
  return [
    stack.externalVault
      ? externalVaultUnit({ client: vault, keyStore, tenants: tenantsOf(stack), now })
      : vaultUnit({
          folders,
          ports: vaultPorts,
          client: vault,
          keyStore,
          tenants: tenantsOf(stack),
          faults: stack.faults.flatMap((name) => vaultFaults[name] ?? []),
          now,
        }),
    ...own.map((definition) =>
      serviceUnit(definition, {
        folders,
        ports,
        account,
        ...(stack.throwawayOf ? { throwawayOf: stack.throwawayOf } : {}),
        ...(stack.externalVault ? { externalVault: stack.externalVault } : {}),
        vault,
        keyStore,
        now,
        engineFor: async (requirement, signal) => {
          const installation = await engineOf(stack, requirement, { signal });
          await recordEngine(stack, definition.name, installation);
          return installation;
        },
      }),
    ),
    ...stack.apps.map((app) => appUnit(stack, app, vault)),
  ];
}

/** What the vault keeps for each of them. */
export function tenantsOf(stack: Stack): readonly VaultTenant[] {
  const own = definitionsOf(stack);
  const services = own.map((definition) => ({
    ...tenantOf(definition, own),
    ...(definition.logsIn ? { identityCopy: identityCopyOf(stack, definition.name) } : {}),
  }));
  return [...services, ...overseersOf(own), ...stack.apps.map(tenantOfApp)];
}

function identityCopyOf({ folders, account, externalVault }: Stack, name: string): IdentityCopy {
  return {
    folder: identityFolder(folders, name),
    owner: account,
    ...(externalVault?.caFile === undefined
      ? {}
      : { vaultAuthority: readAuthority(externalVault.caFile) }),
  };
}

function definitionsOf(stack: Stack): readonly ServiceDefinition[] {
  return definitions.map((definition) => applyFaults(definition, stack.faults));
}

/** The vault without a token: the stack's own at its plain loopback address, or the external one. */
export function vaultClientOf({ ports, externalVault }: Stack): VaultClient {
  if (!externalVault)
    return new VaultClient({
      address: `http://127.0.0.1:${ports["vault"]?.["http"]}`,
      isOurs: true,
    });
  const { url, caFile } = externalVault;
  const ca = caFile === undefined ? {} : { ca: readAuthority(caFile) };
  return new VaultClient({ address: url, ...ca, isOurs: false });
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw configErrors.DS_CONFIG_INVALID(
      `vault.external.caFile: ${file} can't be read: ${messageOf(error)}`,
      { hint: "name the PEM file of the authority that issued the vault's certificate" },
    );
  }
}
