import path from "node:path";
import type { ExternalVaultSettings, StackConfig } from "../config/parse-stack-config.ts";

/** A Vault or OpenBao that somebody else runs and opens; with whole paths. */
export type ExternalVault = ExternalVaultSettings;

export function chooseExternalVault(
  config: StackConfig["vault"],
  folder: string,
): ExternalVault | undefined {
  if (!config?.external) return undefined;
  const { url, tokenFile, caFile } = config.external;
  return {
    url: url.replace(/\/+$/, "").replace(/\/v1$/, ""),
    ...(tokenFile === undefined ? {} : { tokenFile: path.resolve(folder, tokenFile) }),
    ...(caFile === undefined ? {} : { caFile: path.resolve(folder, caFile) }),
  };
}
