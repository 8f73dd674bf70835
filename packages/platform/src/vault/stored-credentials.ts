import { wasAnswered } from "./errors.ts";
import { kvMount, type CredentialField, type VaultTenant } from "./platform-model.ts";
import type { VaultClient } from "./vault-client.ts";

type Credential = VaultTenant["credentials"][number];

type Fields = Readonly<Record<string, unknown>>;

/** Makes what a tenant's entries lack. One after the other: one may take a field of another of the same tenant. */
export async function storeCredentials(client: VaultClient, tenant: VaultTenant): Promise<void> {
  for (const credential of tenant.credentials) await storeCredential(client, credential);
}

/** `latest` is the version of an entry that is not there any more; 0 where there never was one. */
async function storeCredential(
  client: VaultClient,
  credential: Credential,
  latest = 0,
): Promise<void> {
  const at = `${kvMount}/data/${credential.path}`;
  const entry = await client.read(at);
  const stored = entry?.["data"] as Fields | undefined;
  const missing = Object.entries(credential.fields).filter(
    ([name]) => stored?.[name] === undefined,
  );
  if (missing.length === 0) return;
  const made = await Promise.all(
    missing.map(async ([name, field]) => [name, await valueOf(client, field)]),
  );
  const { version: cas = latest } = (entry?.["metadata"] ?? {}) as { readonly version?: number };
  try {
    await client.write(at, { data: { ...stored, ...Object.fromEntries(made) }, options: { cas } });
  } catch (error) {
    // Was another stack quicker? Its services may use by now what it wrote, so that is what counts.
    const known = await client.read(`${kvMount}/metadata/${credential.path}`);
    const now = Number(known?.["current_version"] ?? 0);
    if (!wasAnswered(400, error) || now === cas) throw error;
    await storeCredential(client, credential, now);
  }
}

async function valueOf(client: VaultClient, field: CredentialField): Promise<string | boolean> {
  if (typeof field !== "object") return field;
  if ("generate" in field) return field.generate();
  return (await readCredential(client, field.path))?.[field.field] as string;
}

/** A KV v2 entry's fields; undefined when there is none. */
export async function readCredential(
  client: VaultClient,
  path: string,
): Promise<Fields | undefined> {
  return (await client.read(`${kvMount}/data/${path}`))?.["data"] as Fields | undefined;
}
