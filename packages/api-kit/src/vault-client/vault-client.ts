import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import {
  ConfigurationError,
  ResourceNotFoundError,
  VaultUnavailableError,
} from "../errors/api-errors.ts";
import type { Settings } from "../settings/read-settings.ts";
import { VaultSession } from "./vault-session.ts";
import { readHealth, unavailability, type VaultHealth } from "./vault-state.ts";
import { createVaultTransport, type VaultAnswer, type VaultTransport } from "./vault-transport.ts";

export type SecretData = Readonly<Record<string, unknown>>;

const secretTtlMs = 60_000;

/** What an application wants of a vault: the secrets of KV v2 at `secret/`, and how it is. */
export class VaultClient implements Disposable {
  readonly #transport: VaultTransport;
  readonly #session: VaultSession;
  readonly #secrets = new Map<string, { readonly data: SecretData; readonly readAt: number }>();

  constructor(transport: VaultTransport, session: VaultSession) {
    this.#transport = transport;
    this.#session = session;
  }

  static create(settings: Settings["vault"], logger: Logger): VaultClient {
    const ca = settings.caFile === undefined ? undefined : readCa(settings.caFile);
    const transport = createVaultTransport(settings.address, ca);
    return new VaultClient(transport, new VaultSession({ ...settings, transport, logger }));
  }

  async health(): Promise<VaultHealth> {
    return readHealth(this.#transport);
  }

  /** The secret as it is now. 404 where there is none; 503 with its reason where the vault can't or won't say. */
  async readSecret(name: string): Promise<SecretData> {
    const answer = await this.#read(`secret/data/${encodeURIComponent(name)}`);
    const data = answer.status === 200 ? answer.body.data?.["data"] : undefined;
    if (typeof data !== "object" || data === null) {
      this.#secrets.delete(name);
      throw new ResourceNotFoundError("The secret does not exist.", { resource: "secret", name });
    }
    this.#secrets.set(name, { data: data as SecretData, readAt: Date.now() });
    return data as SecretData;
  }

  /** The secret as it was at most a minute ago; `fresh` where it has proven wrong, for it may have been rotated. */
  async credentials(name: string, { fresh = false } = {}): Promise<SecretData> {
    const kept = this.#secrets.get(name);
    if (!fresh && kept && Date.now() - kept.readAt < secretTtlMs) return kept.data;
    return this.readSecret(name);
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
    this.#transport[Symbol.dispose]();
  }

  async #read(path: string, again = true): Promise<VaultAnswer> {
    const token = await this.#session.token();
    const answer = await this.#transport({ method: "GET", path, token });
    if (answer.status === 200 || answer.status === 404) return answer;
    if (
      answer.status === 403 &&
      again &&
      !(await this.#isGood(token)) &&
      this.#session.refused(token)
    )
      return this.#read(path, false);
    if (answer.status === 403)
      throw new VaultUnavailableError(
        "forbidden",
        "The vault does not let the application read this.",
      );
    throw await unavailability(this.#transport);
  }

  /** A token that has ended and one that lacks the right are refused alike. */
  async #isGood(token: string): Promise<boolean> {
    const path = "auth/token/lookup-self";
    return (await this.#transport({ method: "GET", path, token })).status === 200;
  }
}

export function readCa(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConfigurationError("VAULT_CACERT can't be read", undefined, { cause });
  }
}
