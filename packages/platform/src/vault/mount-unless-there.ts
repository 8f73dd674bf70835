import { wasAnswered } from "./errors.ts";
import type { VaultClient } from "./vault-client.ts";

/** Where the vault lists what is mounted: secrets engines and auth methods. */
export type MountTable = "sys/mounts" | "sys/auth";

/** Mounts, unless that is so in `known`, or another stack that uses the vault too was quicker. */
export async function mountUnlessThere(
  client: VaultClient,
  [table, name]: readonly [MountTable, string],
  settings: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, unknown>> | undefined,
): Promise<void> {
  if (known?.[`${name}/`]) return;
  try {
    await client.write(`${table}/${name}`, settings);
  } catch (error) {
    if (!wasAnswered(400, error) || !(await client.read(table))?.[`${name}/`]) throw error;
  }
}
