import { readFile } from "node:fs/promises";
import { type ChannelModel, connect, type ConfirmChannel } from "amqplib";
import { askManagement, type ManagementAnswer } from "../../services/rabbitmq/management.ts";
import { portOf, type StackHandle } from "../stack-handle.ts";

export interface RabbitLogin {
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
}

export async function rabbitApplication(stack: StackHandle): Promise<RabbitLogin> {
  const { user = "", password = "", vhost = "" } = await stack.secret("rabbitmq");
  return { user, password, vhost };
}

const connectTimeoutMs = 3000;
const totalTimeoutMs = 10_000;

/** A connection as an application would make it; over TLS chain and address are verified against the stack's CA. */
export async function withRabbit<T>(
  stack: StackHandle,
  scheme: "amqp" | "amqps",
  login: RabbitLogin,
  use: (connection: ChannelModel) => Promise<T>,
): Promise<T> {
  // Handed on to the socket, which it destroys; the driver's types don't know it.
  const lifetime = { signal: AbortSignal.timeout(totalTimeoutMs) };
  const connection = await connect(
    {
      protocol: scheme,
      hostname: "127.0.0.1",
      port: portOf(stack, "rabbitmq", scheme),
      username: login.user,
      password: login.password,
      vhost: encodeURIComponent(login.vhost),
      heartbeat: 0,
    },
    {
      ...lifetime,
      timeout: connectTimeoutMs,
      ...(scheme === "amqps" ? { ca: await readFile(stack.keyStore.caFile) } : {}),
    },
  );
  connection.on("error", () => undefined); // lost between two requests: the next one tells
  try {
    return await use(connection);
  } finally {
    await connection.close().catch(() => undefined); // closed already: that was the error, or its consequence
  }
}

/** A channel with confirms on a connection of its own, over TLS, as the application. */
export async function withRabbitChannel<T>(
  stack: StackHandle,
  use: (channel: ConfirmChannel) => Promise<T>,
): Promise<T> {
  return withRabbit(stack, "amqps", await rabbitApplication(stack), async (connection) => {
    const channel = await connection.createConfirmChannel();
    channel.on("error", () => undefined); // the request that failed rejects
    return use(channel);
  });
}

/** The management API, asked as the administrator. */
export async function administerRabbit(
  stack: StackHandle,
  method: "GET" | "PUT",
  path: string,
  body?: unknown,
): Promise<ManagementAnswer> {
  const { user = "", password = "" } = await stack.secret("rabbitmq-admin");
  const port = portOf(stack, "rabbitmq", "management");
  return askManagement({ port, user, password }, method, path, { body });
}
