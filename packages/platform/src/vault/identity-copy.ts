import path from "node:path";
import { ensureFolder, writeFileAtomically } from "../shared/files.ts";
import type { AppRoleIdentity } from "./key-store.ts";
import type { IdentityCopy } from "./platform-model.ts";

/**
 * Writes what a process logs in with where its own account can read it, 600 in 700: `role-id`, `secret-id`, and in
 * `ca.pem` the roots that the vault and the services are verified against. The key store is the platform's alone; and a
 * former secret-id ends when a new one is given, so the copy has to follow at once.
 */
export async function writeIdentityCopy(
  { roleId, secretId }: AppRoleIdentity,
  root: string,
  { folder, owner, vaultAuthority = "" }: IdentityCopy,
): Promise<void> {
  for (const each of [path.dirname(folder), folder])
    await ensureFolder(each, { mode: 0o700, owner });
  await writeFileAtomically(path.join(folder, "ca.pem"), root + vaultAuthority, { owner });
  await writeFileAtomically(path.join(folder, "role-id"), `${roleId.reveal()}\n`, { owner });
  await writeFileAtomically(path.join(folder, "secret-id"), `${secretId.reveal()}\n`, { owner });
}
