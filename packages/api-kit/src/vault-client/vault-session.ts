import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Logger } from "pino";
import { VaultUnavailableError } from "../errors/api-errors.ts";
import { unavailability } from "./vault-state.ts";
import type { VaultBody, VaultTransport } from "./vault-transport.ts";

export interface SessionOptions {
  readonly transport: VaultTransport;
  /** Holds `role-id` and `secret-id`, read at every login: the platform gives the latter anew. */
  readonly appRoleDir: string | undefined;
  /** Where there is no AppRole: neither renewed nor replaced. */
  readonly token: string | undefined;
  readonly logger: Pick<Logger, "info" | "warn">;
}

type Auth = NonNullable<VaultBody["auth"]>;

const retryMs = 5000;

/** A token of the application's own AppRole: renewed at two thirds of its life, and got anew when that is refused. */
export class VaultSession implements Disposable {
  readonly #options: SessionOptions;
  #token: string | undefined;
  #login: Promise<string> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    if (options.appRoleDir === undefined) this.#token = options.token;
  }

  /** The token to use now; logs in first where there is none. */
  async token(): Promise<string> {
    if (this.#token !== undefined) return this.#token;
    this.#login ??= this.#logIn().finally(() => (this.#login = undefined));
    return this.#login;
  }

  /** The vault refused this token. Gives whether another can be had. */
  refused(token: string): boolean {
    if (this.#options.appRoleDir === undefined) return false;
    if (this.#token === token) this.#forget();
    return true;
  }

  [Symbol.dispose](): void {
    this.#forget();
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#token = undefined;
  }

  async #logIn(): Promise<string> {
    const { transport } = this.#options;
    const body = await this.#identity();
    const answer = await transport({ method: "POST", path: "auth/approle/login", body });
    if (answer.status === 400 || answer.status === 403)
      throw new VaultUnavailableError("forbidden", "The vault refused the application's login.");
    if (answer.status !== 200 || !answer.body.auth) throw await unavailability(transport);
    this.#accept(answer.body.auth, answer.body.auth.lease_duration);
    this.#options.logger.info("logged in to the vault");
    return answer.body.auth.client_token;
  }

  async #identity(): Promise<Readonly<Record<string, string>>> {
    const folder = this.#options.appRoleDir ?? "";
    try {
      const [roleId = "", secretId = ""] = await Promise.all(
        ["role-id", "secret-id"].map(async (name) => readFile(path.join(folder, name), "utf8")),
      );
      return { role_id: roleId.trim(), secret_id: secretId.trim() };
    } catch (cause) {
      const message = "The application's AppRole can't be read.";
      throw new VaultUnavailableError("error", message, { cause });
    }
  }

  #accept(auth: Auth, firstSeconds: number): void {
    this.#token = auth.client_token;
    // Near its maximum a token is renewed for ever shorter whiles: a new one is better.
    const outlived = auth.lease_duration < firstSeconds / 3;
    if (auth.lease_duration <= 0) return; // it never ends
    const afterMs = (auth.lease_duration * 1000 * 2) / 3;
    this.#schedule(afterMs, async () => {
      if (outlived || !auth.renewable) this.#forget();
      else await this.#renew(auth.client_token, firstSeconds);
    });
  }

  async #renew(token: string, firstSeconds: number): Promise<void> {
    const { transport, logger } = this.#options;
    try {
      const { status, body } = await transport({
        method: "POST",
        path: "auth/token/renew-self",
        token,
        body: {},
      });
      if (status === 200 && body.auth) return this.#accept(body.auth, firstSeconds);
      if (status === 400 || status === 403) {
        logger.warn("the vault does not renew the token: logging in again");
        this.#forget();
        await this.token();
        return undefined;
      }
    } catch (error) {
      logger.warn({ err: error }, "the token could not be renewed");
    }
    // Sealed or out of reach: the token may still be good. Once it is not, its use shows that.
    if (this.#token === token)
      this.#schedule(retryMs, async () => this.#renew(token, firstSeconds));
    return undefined;
  }

  #schedule(afterMs: number, act: () => Promise<void>): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void act(), Math.min(afterMs, 2 ** 31 - 1)).unref();
  }
}
