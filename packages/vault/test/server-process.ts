import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./eventually.ts";

interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  readonly body: any;
}

const main = join(import.meta.dirname, "../src/main.ts");

/** The server as a process of its own, which can be killed and started again on the same folder. */
export class ServerProcess implements AsyncDisposable {
  readonly folder: string;
  readonly #config: string;
  #child: ChildProcess | undefined;
  #url = "";
  log = "";
  rootToken = "";
  #key = "";

  constructor(folder: string) {
    this.folder = folder;
    this.#config = join(folder, "vault.json");
    const tcp = { address: "127.0.0.1:0", tls_disable: true };
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      this.#config,
      JSON.stringify({ storage: { file: { path: "data" } }, listener: { tcp } }),
    );
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get url(): string {
    return this.#url;
  }

  /** Started, initialised where it is new, and unsealed. */
  async start(): Promise<void> {
    this.log = "";
    const child = spawn(process.execPath, [main, "server", "--config", this.#config], {
      stdio: ["ignore", "inherit", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: join(this.folder, "cache") },
    });
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.log += text));
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(`the server ended: ${this.log}`);
      this.#url = / listening on (\S+)/.exec(this.log)?.[1] ?? "";
      return this.#url !== "";
    }, 30_000);
    if (this.#key === "") {
      const { body } = await this.request("PUT", "sys/init", {
        secret_shares: 1,
        secret_threshold: 1,
      });
      this.#key = body.keys_base64[0];
      this.rootToken = body.root_token;
    }
    await this.request("PUT", "sys/unseal", { key: this.#key });
  }

  /** As root unless another token is given. Rejects when the connection breaks, as a kill does. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    token = this.rootToken,
  ): Promise<Answer> {
    const response = await fetch(`${this.#url}/v1/${path}`, {
      method,
      headers: { "X-Vault-Token": token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  async kill(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
