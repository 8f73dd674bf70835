import http from "node:http";
import https from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { errnoOf, messageOf } from "../shared/errors.ts";
import type { Secret } from "../shared/secret.ts";
import { vaultErrors } from "./errors.ts";

export interface VaultAnswer {
  readonly status: number;
  /** The parsed body; undefined when there was none. */
  readonly body: VaultBody | undefined;
}

/** Vault's envelope, as far as the platform reads it; sys paths put their fields at the top. */
export interface VaultBody {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly auth?: { readonly client_token: string; readonly policies: readonly string[] } | null;
  readonly errors?: readonly string[];
  readonly [field: string]: unknown;
}

const requestTimeoutMs = 10_000;
/** Of an error's text in a message: OpenBao quotes whole entries, as they are stored. */
const shownLetters = 300;

/**
 * OpenBao undoes a request that met another one in its storage, and leaves it to the client to send it again. It had no
 * effect, so that is safe whatever was asked.
 */
const metAnother = /transaction commit failed/;
const mostTries = 8;

export interface VaultPlace {
  /** Without "/v1" and slash at its end. */
  readonly address: string;
  /** PEM; what an address with https is verified against, in place of the system's authorities. */
  readonly ca?: string;
  /** The stack starts and opens it itself. */
  readonly isOurs: boolean;
}

/** The vault's HTTP API; its connections are kept open. */
export class VaultClient implements Disposable {
  readonly place: VaultPlace;
  readonly #agent: http.Agent;
  readonly #token: Secret | undefined;

  constructor(place: VaultPlace, token?: Secret, agent?: http.Agent) {
    const { address, ca } = place;
    this.place = place;
    this.#token = token;
    const pool = { keepAlive: true, maxSockets: 8 };
    this.#agent =
      agent ??
      (address.startsWith("https:")
        ? new https.Agent({ ...pool, ...(ca === undefined ? {} : { ca }) })
        : new http.Agent(pool));
  }

  get address(): string {
    return this.place.address;
  }

  /** The same vault, asked with this token. */
  withToken(token: Secret): VaultClient {
    return new VaultClient(this.place, token, this.#agent);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  /** The data of a path, or undefined when there is nothing (404). */
  async read(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const answer = await this.request("GET", path);
    if (answer.status === 404) return undefined;
    const body = this.#accept("GET", path, answer);
    return body.data ?? body;
  }

  /** The names below a path; none when there is no such path. */
  async list(path: string): Promise<readonly string[]> {
    const answer = await this.request("GET", `${path}?list=true`);
    if (answer.status === 404) return [];
    return (this.#accept("LIST", path, answer).data?.["keys"] ?? []) as readonly string[];
  }

  async write(path: string, body: Readonly<Record<string, unknown>> = {}): Promise<VaultBody> {
    return this.#accept("POST", path, await this.request("POST", path, body));
  }

  async delete(path: string): Promise<void> {
    this.#accept("DELETE", path, await this.request("DELETE", path));
  }

  /** One request, whatever its status; rejects with DS_VAULT_UNREACHABLE when there is no answer. */
  async request(
    method: string,
    path: string,
    body?: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Promise<VaultAnswer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#exchange(method, path, body, signal);
      const wasUndone = answer.status === 500 && metAnother.test(String(answer.body?.errors));
      if (!wasUndone || tries === mostTries) return answer;
      await delay(Math.random() * 20 * tries); // not again at the same moment as the other one
    }
  }

  async #exchange(
    method: string,
    path: string,
    body: Readonly<Record<string, unknown>> | undefined,
    signal: AbortSignal | undefined,
  ): Promise<VaultAnswer> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      ...(this.#token ? { "X-Vault-Token": this.#token.reveal() } : {}),
      ...(payload ? { "Content-Type": "application/json", "Content-Length": payload.length } : {}),
    };
    const limit = AbortSignal.timeout(requestTimeoutMs);
    try {
      return await new Promise<VaultAnswer>((resolve, reject) => {
        const { request: open } = this.address.startsWith("https:") ? https : http;
        const request = open(
          `${this.address}/v1/${path}`,
          {
            method,
            headers,
            agent: this.#agent,
            signal: signal ? AbortSignal.any([signal, limit]) : limit,
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.once("error", reject);
            response.once("end", () => {
              const text = Buffer.concat(chunks).toString();
              const status = response.statusCode ?? 0;
              const parsed = parseBody(text);
              if (parsed === "no JSON")
                reject(new Error(`its answer to ${method} ${path} is no JSON`));
              else resolve({ status, body: parsed });
            });
          },
        );
        request.once("error", reject);
        request.end(payload);
      });
    } catch (error) {
      throw vaultErrors.DS_VAULT_UNREACHABLE(
        `no vault answers at ${this.address}: ${messageOf(error)}`,
        {
          hint: this.place.isOurs
            ? "devstack up; where it should be up, devstack logs vault says more"
            : "is it up, and are vault.external.url and caFile in devstack.config.ts right?",
          details: { address: this.address, errno: errnoOf(error) },
          cause: error,
        },
      );
    }
  }

  #accept(method: string, path: string, answer: VaultAnswer): VaultBody {
    if (answer.status >= 200 && answer.status < 300) return answer.body ?? {};
    const errors = (answer.body?.errors ?? []).map((text) => text.slice(0, shownLetters));
    throw vaultErrors.DS_VAULT_REFUSED(
      `the vault answered ${method} ${path} with ${answer.status}${errors.length > 0 ? `: ${errors.join("; ").trim()}` : ""}`,
      {
        ...(answer.status === 503 && this.place.isOurs ? { hint: "devstack vault unseal" } : {}), // it is sealed
        details: { status: answer.status, path },
      },
    );
  }
}

function parseBody(text: string): VaultBody | undefined | "no JSON" {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as VaultBody;
  } catch {
    return "no JSON"; // another server answers there
  }
}
