import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Run } from "../definition.ts";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export async function answersHealth(run: Run, signal: AbortSignal): Promise<void> {
  const { status } = await ask(run, "http", "/health/", signal);
  if (status !== 200) throw new Error(`/health/ answers ${status}`);
}

/**
 * Over verified TLS, an entry of its own that it can only have read in the vault, logged in as itself; what it read it
 * may keep in Redis for five minutes. Databases and broker may be down: the API serves all the same.
 */
export async function readsOwnEntry(run: Run, signal: AbortSignal): Promise<void> {
  const path = `/examples/vault/secret/${run.instance}/${entryField}`;
  const { status, body } = await ask(run, "https", path, signal);
  const { key, value } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (status !== 200) throw new Error(`${path} answers ${status}`);
  if (key !== entryField || value !== "***")
    throw new Error(`${path} does not give a masked ${entryField}`);
}

/** Of its entry in the vault. */
export const entryField = "api_key";

async function ask(
  run: Run,
  scheme: "http" | "https",
  path: string,
  signal: AbortSignal,
): Promise<Answer> {
  const at = { host: "127.0.0.1", port: run.ports[scheme], path, signal, agent: false } as const;
  // Asked for when first needed: the command line knows every definition, and TLS takes as long to load as all of that.
  const { request: requestHttp } = process.getBuiltinModule("node:http");
  const { request: requestHttps } = process.getBuiltinModule("node:https");
  const ca = scheme === "https" ? await readFile(run.tls.ca, "utf8") : undefined;
  return new Promise((resolve, reject) => {
    const request =
      ca === undefined ? requestHttp(at) : requestHttps({ ...at, ca, servername: "localhost" });
    request.once("error", reject);
    request.once("response", (response) => {
      text(response)
        .then((body) => resolve({ status: response.statusCode ?? 0, body: JSON.parse(body) }))
        .catch(reject);
    });
    request.end();
  });
}
