import { readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { TlsOptions, Server as TlsServer } from "node:tls";
import type { ListenerConfig, TlsFiles } from "../config/server-config.ts";
import type { MemoryBudget } from "../http/memory-budget.ts";
import { Connection, type HttpHandler } from "../http/connection.ts";

/** One address that is listened on, and the connections that came in there. */
export class Listener {
  readonly #server: Server;
  readonly #tls: TlsServer | undefined;
  readonly #connections = new Set<Connection>();
  /** Also those of clients that are still shaking hands. */
  readonly #sockets = new Set<Socket>();

  private constructor(
    server: Server,
    tls: TlsServer | undefined,
    handle: HttpHandler,
    budget: MemoryBudget,
  ) {
    this.#server = server;
    this.#tls = tls;
    const accept = (socket: Socket): void => {
      const connection = new Connection(socket, handle, budget);
      this.#connections.add(connection);
      socket.once("close", () => this.#connections.delete(connection));
    };
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    if (tls === undefined) server.on("connection", accept);
    else tls.on("secureConnection", accept);
  }

  /** Throws when the address is taken or the certificate can't be used. */
  static async open(
    config: ListenerConfig,
    handle: HttpHandler,
    budget: MemoryBudget,
  ): Promise<Listener> {
    const tls = config.tls === undefined ? undefined : await createTlsServer(config.tls);
    const server = tls ?? createServer({ allowHalfOpen: true });
    const listener = new Listener(server, tls, handle, budget);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: config.host, port: config.port }, () => {
        server.off("error", reject);
        resolve();
      });
    });
    return listener;
  }

  /** Where it really listens: "http://127.0.0.1:8200". */
  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    const host = family === "IPv6" ? `[${address}]` : address;
    return `${this.#tls === undefined ? "http" : "https"}://${host}:${port}`;
  }

  /** New connections get the new certificate; throws, and changes nothing, when it can't be used. */
  reload(files: TlsFiles): void {
    this.#tls?.setSecureContext(readTls(files));
  }

  /** Stops listening at once; resolves when the answers under way are sent and every connection is gone. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    const connections = [...this.#connections];
    for (const connection of connections) connection.close();
    await Promise.all(connections.map((connection) => connection.closed));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

async function createTlsServer(files: TlsFiles): Promise<TlsServer> {
  const tls = await import("node:tls");
  return tls.createServer({
    ...readTls(files),
    allowHalfOpen: true,
    ALPNProtocols: ["http/1.1"],
    handshakeTimeout: 10_000,
  });
}

function readTls(files: TlsFiles): TlsOptions {
  return {
    cert: readFileSync(files.certFile),
    key: readFileSync(files.keyFile),
    minVersion: files.minVersion,
    maxVersion: files.maxVersion,
  };
}
