import { rmSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { ListenerConfig, ServerConfig } from "../config/server-config.ts";
import { Core } from "../core/core.ts";
import { apiHandler } from "../http/api-handler.ts";
import type { Log } from "../core/log.ts";
import { MemoryBudget } from "../http/memory-budget.ts";
import { LmdbStore } from "../storage/lmdb-store.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import type { Store } from "../storage/store.ts";
import { Listener } from "./listener.ts";

export interface ServerDependencies {
  readonly now: () => Date;
  readonly log: Log;
  /** Done before anybody is listened to. */
  readonly prepare?: (core: Core) => Promise<void>;
}

interface Opened {
  readonly config: ListenerConfig;
  readonly listener: Listener;
}

/** Of requests that have not come in whole, over all listeners: eight of the largest that there can be. */
const unfinishedBytes = 256 * 1024 * 1024;

/** The vault on its addresses: started from a configuration, brought in line with a new one, stopped. */
export class VaultServer {
  readonly core: Core;
  readonly #store: Store;
  readonly #log: Log;
  readonly #pidFile: string | undefined;
  readonly #budget = new MemoryBudget(unfinishedBytes);
  #opened: Opened[] = [];

  private constructor(config: ServerConfig, { now, log }: ServerDependencies) {
    this.#log = log;
    this.#pidFile = config.pidFile;
    const { storagePath } = config;
    this.#store = storagePath === undefined ? new MemoryStore() : new LmdbStore(storagePath);
    const storageType = storagePath === undefined ? "inmem" : "file";
    this.core = new Core({ ...config, storageType, store: this.#store, now, log });
  }

  /** Serves once this resolves; throws, with nothing left open, when a listener can't be opened. */
  static async start(config: ServerConfig, dependencies: ServerDependencies): Promise<VaultServer> {
    const server = new VaultServer(config, dependencies);
    try {
      await dependencies.prepare?.(server.core);
      for (const listener of config.listeners) await server.#open(listener);
    } catch (error) {
      await server.stop();
      throw error;
    }
    if (config.pidFile !== undefined)
      writeFileSync(config.pidFile, `${process.pid}\n`, { mode: 0o600 });
    return server;
  }

  /** In the order of the configuration. */
  get urls(): string[] {
    return this.#opened.map(({ listener }) => listener.url);
  }

  /**
   * Opens the listeners that were added, closes those that are gone, and reads the certificates of the others again;
   * audit files, which may have been rotated, are opened anew.
   * What can't be done is logged, and leaves that listener as it was.
   */
  async reload(config: ServerConfig): Promise<void> {
    this.core.audit.reopen();
    const before = this.#opened;
    const kept = config.listeners.map((wanted) =>
      before.find((opened) => sameAddress(opened.config, wanted)),
    );
    this.#opened = [];
    for (const { listener } of before.filter((opened) => !kept.includes(opened))) {
      const { url } = listener;
      // It stops listening at once; an answer under way may take its time.
      void listener.close();
      this.#log(`closing ${url}`);
    }
    for (const [index, wanted] of config.listeners.entries()) {
      const known = kept[index];
      if (known !== undefined) await this.#refresh(known, wanted);
      else await this.#tryTo(`listen on ${wanted.host}:${wanted.port}`, () => this.#open(wanted));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#opened.map(({ listener }) => listener.close()));
    this.core.seal();
    await this.#store.close();
    if (this.#pidFile !== undefined) rmSync(this.#pidFile, { force: true });
  }

  async #open(config: ListenerConfig): Promise<void> {
    const listener = await Listener.open(config, apiHandler(this.core), this.#budget);
    this.#opened.push({ config, listener });
    this.#log(`listening on ${listener.url}`);
    if (config.tls === undefined && !/^(127\.|::1$|localhost$)/.test(config.host))
      this.#log(`${listener.url} can be reached from outside, and shows tokens on the way`, "warn");
  }

  async #refresh(known: Opened, wanted: ListenerConfig): Promise<void> {
    const { tls } = wanted;
    this.#opened.push(known);
    if (tls === undefined) return;
    await this.#tryTo(`take the certificate of ${known.listener.url} in use`, () =>
      known.listener.reload(tls),
    );
  }

  async #tryTo(what: string, action: () => void | Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#log(`could not ${what}: ${why}`, "error");
    }
  }
}

/** Whether one listener can go on as the other: certificates may change, plain and TLS may not. */
function sameAddress(a: ListenerConfig, b: ListenerConfig): boolean {
  return isDeepStrictEqual(
    [a.host, a.port, a.tls === undefined],
    [b.host, b.port, b.tls === undefined],
  );
}
