import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { freePort } from "../../src/supervisor/fixtures/free-port.ts";

/** A port before a server: counts who comes, and lets them through only while it is open. */
export interface CountingDoor extends AsyncDisposable {
  readonly port: number;
  readonly connections: () => number;
  /** Shut: whoever comes is turned away at once. */
  readonly setOpen: (open: boolean) => void;
}

export async function countingDoor(serverPort: number): Promise<CountingDoor> {
  let isOpen = false;
  let count = 0;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  };
  const server = createServer((visitor) => {
    count += 1;
    keep(visitor);
    if (!isOpen) {
      visitor.destroy();
      return;
    }
    const onward = connect(serverPort, "127.0.0.1");
    keep(onward);
    visitor.pipe(onward).pipe(visitor);
  });
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port,
    connections: () => count,
    setOpen: (open) => {
      isOpen = open;
      if (!open) for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
