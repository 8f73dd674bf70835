import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerConfig } from "../src/config/server-config.ts";
import { VaultServer } from "../src/server/vault-server.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  readonly body: any;
}

interface RequestOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A real server on a port of its own, in a folder that goes away with it, with a clock that tests move. */
export class TestVault implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "vault-"));
  readonly log: string[] = [];
  rootToken = "";
  /** Hex shares of the unseal key. */
  keys: string[] = [];
  #server: VaultServer | undefined;
  #aheadMs = 0;

  /** Unsealed, with one share, unless told otherwise. */
  static async start({ shares = 1, threshold = 1, unsealed = true } = {}): Promise<TestVault> {
    const vault = new TestVault();
    await vault.open();
    const { body } = await vault.request("PUT", "sys/init", {
      body: { secret_shares: shares, secret_threshold: threshold },
    });
    vault.rootToken = body.root_token;
    vault.keys = body.keys;
    if (unsealed) await vault.unseal();
    return vault;
  }

  /** Neither initialised nor unsealed. */
  static async startEmpty(): Promise<TestVault> {
    const vault = new TestVault();
    await vault.open();
    return vault;
  }

  async open(): Promise<void> {
    this.#server = await VaultServer.start(this.config, {
      now: () => new Date(Date.now() + this.#aheadMs),
      log: (line) => this.log.push(line),
    });
  }

  get config(): ServerConfig {
    return {
      storagePath: join(this.folder, "data"),
      listeners: [{ host: "127.0.0.1", port: 0, tls: undefined }],
      pidFile: undefined,
      clusterName: "test",
      apiAddress: "",
      defaultLeaseTtl: 768 * 3600,
      maxLeaseTtl: 768 * 3600,
      logLevel: "info",
    };
  }

  get server(): VaultServer {
    if (this.#server === undefined) throw new Error("the vault is not open");
    return this.#server;
  }

  get url(): string {
    return this.server.urls[0] ?? "";
  }

  advance(seconds: number): void {
    this.#aheadMs += seconds * 1000;
  }

  async unseal(): Promise<void> {
    for (const key of this.keys) await this.request("PUT", "sys/unseal", { body: { key } });
  }

  /** Stopped and started on the same folder, and unsealed. */
  async restart(): Promise<void> {
    await this.server.stop();
    await this.open();
    await this.unseal();
  }

  /** As root unless another token is named; undefined for none. */
  async request(method: string, path: string, options: RequestOptions = {}): Promise<Reply> {
    const token = "token" in options ? options.token : this.rootToken;
    const response = await fetch(`${this.url}/v1/${path}`, {
      method,
      headers: { ...(token ? { "X-Vault-Token": token } : {}), ...options.headers },
      ...(options.body === undefined
        ? {}
        : { body: typeof options.body === "string" ? options.body : JSON.stringify(options.body) }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type") === "application/json";
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: json && text !== "" ? JSON.parse(text) : undefined,
    };
  }

  /** Like request, but anything but success fails the test. */
  async must(method: string, path: string, options: RequestOptions = {}): Promise<Reply> {
    const reply = await this.request(method, path, options);
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
    return reply;
  }

  async policy(name: string, policy: string): Promise<void> {
    await this.must("PUT", `sys/policies/acl/${name}`, { body: { policy } });
  }

  /** A token with what is given, as root's child. */
  async token(body: Readonly<Record<string, unknown>>): Promise<string> {
    return (await this.must("POST", "auth/token/create", { body })).body.auth.client_token;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
