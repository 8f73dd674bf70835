import { isDeepStrictEqual } from "node:util";
import type { VaultClient } from "./vault-client.ts";

/**
 * Writes unless every field reads back as it would be written, so that what somebody changed by hand is put back, and a
 * start that finds all in order waits for no disk. Values have to be in the vault's own form: durations in seconds.
 */
export async function writeUnlessSo(
  client: VaultClient,
  path: string,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  const found = await client.read(path);
  const same = Object.entries(fields).every(([name, value]) =>
    isDeepStrictEqual(found?.[name], value),
  );
  if (!same) await client.write(path, fields);
}
