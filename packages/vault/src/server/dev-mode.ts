import { randomUUID } from "node:crypto";
import { ConfigError } from "../config/config-error.ts";
import type { Core } from "../core/core.ts";
import { handleRequest } from "../core/handle-request.ts";
import type { DevOptions } from "./server-options.ts";

export interface DevSecrets {
  /** Base64. */
  readonly unsealKey: string;
  readonly rootToken: string;
}

/** Throws ConfigError for a root token that could be taken for one of the server's own kinds. */
export function checkRootTokenId(id: string | undefined): void {
  if (id !== undefined && (!/^[\x21-\x7e]+$/.test(id) || id.includes(".")))
    throw new ConfigError(
      "-dev-root-token-id: printable letters without spaces and dots are asked for",
    );
}

/** Initialises a vault that holds nothing, opens it, and gives it KV at secret/. */
export async function openForDevelopment(core: Core, options: DevOptions): Promise<DevSecrets> {
  const { keys, rootToken } = await core.initialise(1, 1, options.rootTokenId);
  const [key = Buffer.alloc(0)] = keys;
  const unsealKey = key.toString("base64"); // what is used to unseal is wiped
  await core.unseal(key);
  if (options.kvVersion !== undefined) {
    await handleRequest(core, {
      id: randomUUID(),
      operation: "update",
      path: "sys/mounts/secret",
      data: { type: "kv", options: { version: options.kvVersion } },
      headers: {},
      clientToken: rootToken,
      remoteAddress: "127.0.0.1",
      wrapTtl: 0,
    });
  }
  return { unsealKey, rootToken };
}

/** For stdout; programs that start a server look for these very labels. */
export function devBanner(
  url: string,
  { unsealKey, rootToken }: DevSecrets,
  caFile: string | undefined,
): string {
  return `==> Vault server started! It is in dev mode: everything is in memory and lost when it stops.

To use it from another shell:

    $ export VAULT_ADDR='${url}'
${caFile === undefined ? "" : `    $ export VAULT_CACERT='${caFile}'\n`}
Unseal Key: ${unsealKey}
Root Token: ${rootToken}

Not for production: the key and the token were just shown, and nothing is kept.

`;
}
