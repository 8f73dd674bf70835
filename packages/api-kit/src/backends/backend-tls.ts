import type { Settings } from "../settings/read-settings.ts";
import { readCa } from "../vault-client/vault-client.ts";

/** What a driver's TLS is given: the root to verify against, else the system's. */
export interface BackendTls {
  readonly ca?: string;
}

/** Undefined where connections are plain, by a setting. */
export function backendTls(settings: Settings): BackendTls | undefined {
  if (!settings.backendTls) return undefined;
  const { caFile } = settings.vault;
  return caFile === undefined ? {} : { ca: readCa(caFile) };
}

/** A text field of a secret; what is missing is refused by the backend, which says so better. */
export function fieldOf(secret: Readonly<Record<string, unknown>>, name: string): string {
  const value = secret[name];
  return typeof value === "string" ? value : "";
}

/** A driver's own code of an error: `28P01`, `ER_ACCESS_DENIED_ERROR`, 18. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
