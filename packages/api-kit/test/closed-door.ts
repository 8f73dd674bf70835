import net from "node:net";
import { freePort } from "../src/fixtures/free-port.ts";

/** A port at which nobody listens before it is opened; from then on it leads to another one of 127.0.0.1. */
export interface ClosedDoor extends AsyncDisposable {
  readonly port: number;
  readonly open: () => Promise<void>;
}

export async function closedDoor(leadsTo: number): Promise<ClosedDoor> {
  const port = await freePort();
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    const target = net.connect(leadsTo, "127.0.0.1");
    for (const [one, other] of [
      [socket, target],
      [target, socket],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
    }
  });
  return {
    port,
    open: async () => new Promise((resolve) => server.listen(port, "127.0.0.1", resolve)),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
