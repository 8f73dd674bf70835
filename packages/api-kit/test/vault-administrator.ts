import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, inject } from "vitest";

/** What a test does to the stack's vault, with the root token. */
export async function askVault(
  method: string,
  vaultPath: string,
  body?: unknown,
): Promise<Record<string, any>> {
  const { ports, rootToken } = inject("stack");
  const answer = await fetch(`http://127.0.0.1:${ports["vault"]?.["http"]}/v1/${vaultPath}`, {
    method,
    headers: { "x-vault-token": rootToken },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect(answer.status, `${method} ${vaultPath}: ${text}`).toBeLessThan(300);
  return text === "" ? {} : (JSON.parse(text) as Record<string, any>);
}

export interface AppRole extends AsyncDisposable {
  readonly name: string;
  readonly folder: string;
}

export interface AppRoleOptions {
  readonly tokenTtlSeconds?: number;
  readonly tokenMaxTtlSeconds?: number;
  /** Which secrets it reads. */
  readonly reads?: readonly string[];
}

const services = ["postgres", "mysql", "mongodb", "redis-1", "rabbitmq"];

/** An AppRole as the platform gives one to an application: its files in a folder. */
export async function createAppRole(options: AppRoleOptions = {}): Promise<AppRole> {
  const { reads = [...services, "test-*"], tokenTtlSeconds = 3600 } = options;
  const folder = await mkdtemp(path.join(os.tmpdir(), "approle-"));
  const name = path.basename(folder).toLowerCase();
  const policy = reads
    .map((secret) => `path "secret/data/${secret}" { capabilities = ["read"] }`)
    .join("\n");
  await askVault("PUT", `sys/policies/acl/${name}`, { policy });
  const role = `auth/approle/role/${name}`;
  await askVault("POST", role, {
    token_policies: [name],
    token_ttl: tokenTtlSeconds,
    token_max_ttl: options.tokenMaxTtlSeconds ?? 24 * 3600,
  });
  const roleId = (await askVault("GET", `${role}/role-id`))["data"].role_id as string;
  const secretId = (await askVault("POST", `${role}/secret-id`))["data"].secret_id as string;
  await writeFile(path.join(folder, "role-id"), `${roleId}\n`, { mode: 0o600 });
  await writeFile(path.join(folder, "secret-id"), `${secretId}\n`, { mode: 0o600 });
  return {
    name,
    folder,
    [Symbol.asyncDispose]: async () => {
      await askVault("DELETE", role);
      await askVault("DELETE", `sys/policies/acl/${name}`);
      await rm(folder, { recursive: true });
    },
  };
}
/** Seals the vault until disposed of. */
export async function sealVault(): Promise<AsyncDisposable> {
  await askVault("PUT", "sys/seal");
  return { [Symbol.asyncDispose]: unsealVault };
}

async function unsealVault(): Promise<void> {
  const { vaultFolder } = inject("stack");
  const { keys, threshold } = JSON.parse(
    await readFile(path.join(vaultFolder, "keys.json"), "utf8"),
  ) as { keys: string[]; threshold: number };
  for (const key of keys.slice(0, threshold)) await askVault("PUT", "sys/unseal", { key });
}
