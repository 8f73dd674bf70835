import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { StackFolders } from "../../config/folders.ts";
import { eventually } from "../../shared/eventually.ts";
import {
  ensureFolder,
  exists,
  readFileIfPresent,
  writeFileAtomically,
} from "../../shared/files.ts";
import { programFile } from "../../shared/program-file.ts";
import { connectOnce } from "../../supervisor/ports.ts";
import type { Member, RenewControl, Unit, UnitControl } from "../../supervisor/unit.ts";
import { bootstrapVault, renewIdentities } from "../../vault/bootstrap.ts";
import { isFresh, issueCertificate } from "../../vault/certificates.ts";
import type { KeyStore } from "../../vault/key-store.ts";
import { initialiseVault, sealStatus, unsealVault } from "../../vault/open-vault.ts";
import type { VaultTenant } from "../../vault/platform-model.ts";
import type { VaultClient } from "../../vault/vault-client.ts";
import type { VaultFault } from "./faults.ts";

export interface VaultHost {
  readonly folders: StackFolders;
  readonly ports: { readonly http: number; readonly https: number };
  readonly client: VaultClient;
  readonly keyStore: KeyStore;
  readonly tenants: readonly VaultTenant[];
  readonly faults: readonly VaultFault[];
  readonly now: () => number;
}

const name = "vault";

/** The embedded vault: started, initialised once, unsealed by itself, and filled with what the services need. */
export function vaultUnit(host: VaultHost): Unit {
  let settled = false;
  return {
    name,
    dependsOn: [],
    members: [name],
    readyWithinMs: 30_000,
    prepare: async () => [await prepare(host)],
    settle: async (control) => {
      const fault = Object.assign({}, ...host.faults) as VaultFault;
      if (settled && fault.staysSealed) return;
      await settle(host, control, fault);
      settled = true;
    },
    renew: async (control) => {
      const { client, keyStore, tenants } = host;
      const root = client.withToken(await keyStore.rootToken());
      await renewIdentities({ client: root, keyStore, tenants }, host.now());
      await openTlsListener(host, root, control);
    },
  };
}

async function prepare(host: VaultHost): Promise<Member> {
  const files = path.join(host.folders.run, name);
  const data = path.join(host.folders.data, name);
  for (const folder of [files, path.join(files, "tls"), data])
    await ensureFolder(folder, { mode: 0o700 });
  await discardCutOffInitialisation(host, data);
  await writeConfiguration(host);
  return {
    name,
    ports: Object.entries(host.ports).map(([port, number]) => ({ name: port, port: number })),
    account: undefined,
    logFile: path.join(host.folders.logs, `${name}.log`),
    companions: [],
    process: {
      program: process.execPath,
      args: [programFile("vault"), "server", "--config", path.join(files, "vault.json")],
      env: {
        PATH: "/usr/bin:/bin",
        LANG: "C.UTF-8",
        HOME: files,
        NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "",
      },
      cwd: files,
      stop: { signal: "SIGTERM", graceMs: 5000 },
    },
    accepting: async () => void (await sealStatus(host.client)),
  };
}

/**
 * A kill between the vault's answer to `init` and the keys' reaching the disk leaves a vault that nothing can open.
 * Nothing was ever stored in it either, so it is thrown away and made anew.
 */
async function discardCutOffInitialisation(host: VaultHost, data: string): Promise<void> {
  if (!(await host.keyStore.initialisationWasCutOff())) return;
  await rm(data, { recursive: true, force: true });
  await ensureFolder(data, { mode: 0o700 });
}

async function writeConfiguration(host: VaultHost): Promise<void> {
  const { folders, ports } = host;
  const tls = tlsFiles(host);
  const https = {
    address: `127.0.0.1:${ports.https}`,
    tls_cert_file: tls.certificate,
    tls_key_file: tls.key,
  };
  const configuration = {
    storage: { file: { path: path.join(folders.data, name) } },
    listener: [
      { tcp: { address: `127.0.0.1:${ports.http}`, tls_disable: true } },
      ...((await exists(tls.certificate)) ? [{ tcp: https }] : []),
    ],
  };
  await writeFileAtomically(
    path.join(folders.run, name, "vault.json"),
    JSON.stringify(configuration, undefined, 2),
  );
}

function tlsFiles(host: VaultHost): { readonly certificate: string; readonly key: string } {
  const folder = path.join(host.folders.run, name, "tls");
  return { certificate: path.join(folder, "certificate.pem"), key: path.join(folder, "key.pem") };
}

async function settle(host: VaultHost, control: UnitControl, fault: VaultFault): Promise<void> {
  const { client, keyStore, tenants } = host;
  if (!(await sealStatus(client)).initialised) await initialiseVault(client, keyStore);
  await unsealVault(client, keyStore);
  const root = client.withToken(await keyStore.rootToken());
  await eventually(async () => root.read("auth/token/lookup-self"), {
    deadlineMs: 5000,
    signal: control.signal,
  });
  await bootstrapVault({
    client: root,
    keyStore,
    tenants,
    ownCertificate: name,
    ...(fault.authorities ? { authorities: fault.authorities } : {}),
  });
  await openTlsListener(host, root, control);
  await writeAndReadBack(root);
}

/** The TLS listener needs a certificate of the vault's own: it opens once there is one, by a reload. */
async function openTlsListener(
  host: VaultHost,
  root: VaultClient,
  control: RenewControl,
): Promise<void> {
  const tls = tlsFiles(host);
  const chain = await readFile(host.keyStore.caChainFile, "utf8");
  const present = await readFileIfPresent(tls.certificate);
  if (present === undefined || !isFresh(present, chain, host.now())) {
    const issued = await issueCertificate(root, name);
    await writeFileAtomically(tls.key, issued.key);
    await writeFileAtomically(tls.certificate, issued.certificate);
    await writeConfiguration(host);
    control.kill(name, "SIGHUP");
  }
  await eventually(async () => connectOnce(host.ports.https), {
    deadlineMs: 5000,
    intervalMs: 5,
    signal: control.signal,
  });
}

/** In the token's own cubbyhole, where nobody else sees it. */
export async function writeAndReadBack(root: VaultClient): Promise<void> {
  const word = randomUUID();
  await root.write("cubbyhole/devstack-ready", { word });
  const stored = (await root.read("cubbyhole/devstack-ready"))?.["word"];
  if (stored !== word) throw new Error(`the vault gave back ${String(stored)} for ${word}`);
}
