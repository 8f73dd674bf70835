import { BaseAPIException, TimeoutError } from "../errors/api-errors.ts";
import type { CircuitBreaker, Dependency } from "../breaker/circuit-breaker.ts";
import type { SecretData } from "../vault-client/vault-client.ts";
import { withDeadline } from "./with-deadline.ts";

/** How one kind of backend is reached. `Client` is its pool: it makes connections as they are needed. */
export interface BackendDriver<Client> {
  readonly service: Exclude<Dependency, "vault">;
  /** The secret in the vault that its credentials are. */
  readonly secret: string;
  open(credentials: SecretData): Promise<Client>;
  close(client: Client): Promise<void>;
  /** Whether it can still be used; a pool always can. */
  isOpen?(client: Client): boolean;
  /** How many connections it holds now. */
  connections(client: Client): number;
  isWrongPassword(error: unknown): boolean;
  /** The error to answer with; its text is for clients, the driver's own is its cause. */
  unavailable(cause: unknown): BaseAPIException;
}

export type ReadCredentials = (name: string, options?: { fresh?: boolean }) => Promise<SecretData>;

const callTimeoutMs = 5000;
const closeTimeoutMs = 2000;

/** A pool that is opened when first used, by the vault's credentials, and anew once these have changed. */
export class Backend<Client> {
  readonly #driver: BackendDriver<Client>;
  readonly #breaker: CircuitBreaker;
  readonly #readCredentials: ReadCredentials;
  #opened: Promise<Client> | undefined;
  #client: Client | undefined;

  constructor(driver: BackendDriver<Client>, breaker: CircuitBreaker, read: ReadCredentials) {
    this.#driver = driver;
    this.#breaker = breaker;
    this.#readCredentials = read;
  }

  /** Calls through the circuit breaker. */
  async use<T>(call: (client: Client) => Promise<T>, timeoutMs = callTimeoutMs): Promise<T> {
    return this.#breaker.run(async () => this.probe(call, timeoutMs));
  }

  /** Calls in the background: not while the circuit breaker is open, which does not count it. */
  async useUncounted<T>(call: (client: Client) => Promise<T>, timeoutMs: number): Promise<T> {
    return this.#breaker.runUncounted(async () => this.probe(call, timeoutMs));
  }

  /**
   * For what can be done without, and is not waited for as long: it counts once the pool is open. A first connection that
   * takes longer than that is no outage, and is not to keep others from a backend that has just started.
   */
  async useAside<T>(call: (client: Client) => Promise<T>, timeoutMs: number): Promise<T> {
    return this.#client === undefined
      ? this.useUncounted(call, timeoutMs)
      : this.use(call, timeoutMs);
  }

  /** Calls past the circuit breaker, which does not count it: a health check. */
  async probe<T>(call: (client: Client) => Promise<T>, timeoutMs: number): Promise<T> {
    const { service } = this.#driver;
    return withDeadline(this.#attempt(call), timeoutMs, () => new TimeoutError(service, timeoutMs));
  }

  /** How many connections the pool holds; none before it is opened. */
  connections(): number {
    return this.#client === undefined ? 0 : this.#driver.connections(this.#client);
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#client = undefined;
    this.#opened = undefined;
    const client = await opened?.catch(() => undefined); // it never opened
    if (client === undefined) return;
    const late = (): Error => new Error("it does not answer");
    // Whoever is not there to be taken leave of must not hold up the end.
    await withDeadline(this.#driver.close(client), closeTimeoutMs, late).catch(() => undefined);
  }

  async #attempt<T>(call: (client: Client) => Promise<T>): Promise<T> {
    let opening = this.#open();
    try {
      const client = await opening;
      if (this.#driver.isOpen?.(client) !== false) return await call(client);
      opening = this.#reopen(opening, false);
      return await call(await opening);
    } catch (error) {
      if (error instanceof BaseAPIException) throw error;
      if (!this.#driver.isWrongPassword(error)) throw this.#driver.unavailable(error);
    }
    try {
      return await call(await this.#reopen(opening, true));
    } catch (error) {
      throw error instanceof BaseAPIException ? error : this.#driver.unavailable(error);
    }
  }

  /** Not async: who is first and who comes later get the very same promise, by which #reopen knows them. */
  // oxlint-disable-next-line typescript/promise-function-async
  #open(fresh = false): Promise<Client> {
    if (this.#opened) return this.#opened;
    const { secret } = this.#driver;
    const opened = this.#readCredentials(secret, { fresh }).then(async (credentials) =>
      this.#driver.open(credentials),
    );
    this.#opened = opened;
    opened.then(
      (client) => {
        if (this.#opened === opened) this.#client = client;
      },
      () => {
        if (this.#opened === opened) this.#opened = undefined;
      },
    );
    return opened;
  }

  /** In place of `former`, which is of no use any more; of many calls that find it so, the first does it. */
  // oxlint-disable-next-line typescript/promise-function-async
  #reopen(former: Promise<Client>, fresh: boolean): Promise<Client> {
    if (this.#opened === former) void this.close();
    return this.#open(fresh);
  }
}
