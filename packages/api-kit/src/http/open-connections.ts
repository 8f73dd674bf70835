import type { Server } from "node:http";
import type { Socket } from "node:net";

const sweepEveryMs = 100;

/** The connections of a server, so that at the end those that nobody uses don't hold it up. */
export class OpenConnections {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    this.#server = server;
    const keep = (socket: Socket): void => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    };
    server.on("connection", keep);
    server.on("secureConnection", keep); // what lies below TLS has read at least a handshake
  }

  /** Ends what is idle now, and what becomes so until disposed of. */
  endIdle(): Disposable {
    const sweep = (): void => {
      // Node calls only those idle that had a request; these never said a word.
      for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
      this.#server.closeIdleConnections();
    };
    sweep();
    const timer = setInterval(sweep, sweepEveryMs);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }
}
