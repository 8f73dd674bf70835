import { once } from "node:events";
import net from "node:net";
import type { ChannelModel } from "amqplib";

const connectTimeoutMs = 3000;
const totalTimeoutMs = 10_000;

export interface AmqpLogin {
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
}

/** Resolves when the broker answers AMQP's protocol header with its first method. */
export async function answersHeader(port: number, signal: AbortSignal): Promise<void> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(connectTimeoutMs)]);
  within.throwIfAborted();
  const socket = net.connect({ host: "127.0.0.1", port, signal: within });
  try {
    socket.write("AMQP\0\0\u0009\u0001");
    const [first] = (await once(socket, "data", { signal: within })) as [Buffer];
    if (first[0] !== 1) throw new Error(`127.0.0.1:${port} answers, but not with AMQP 0-9-1`);
  } finally {
    socket.destroy();
  }
}

/**
 * A connection for as long as `use` runs, 10 s at most: then, or when `signal` aborts, its socket is destroyed and
 * whatever waits for an answer rejects. Over TLS where `ca` (PEM) is given, chain and name verified.
 */
export async function withConnection<T>(
  endpoint: AmqpLogin & { readonly port: number; readonly ca?: string },
  signal: AbortSignal,
  use: (connection: ChannelModel) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { connect } = await import("amqplib"); // loaded when first needed: the command line knows every definition
  const { port, ca, user, password, vhost } = endpoint;
  // Handed on to the socket, which it destroys; the driver's types don't know it.
  const lifetime = { signal: AbortSignal.any([signal, AbortSignal.timeout(totalTimeoutMs)]) };
  const connection = await connect(
    {
      protocol: ca === undefined ? "amqp" : "amqps",
      hostname: "127.0.0.1",
      port,
      username: user,
      password,
      vhost: encodeURIComponent(vhost),
      heartbeat: 0,
    },
    {
      timeout: connectTimeoutMs,
      noDelay: true,
      ...lifetime,
      ...(ca === undefined ? {} : { ca }),
    },
  );
  connection.on("error", () => undefined); // lost between two requests: the next one tells
  try {
    return await use(connection);
  } finally {
    await connection.close().catch(() => undefined); // closed already: that was the error, or its consequence
  }
}
