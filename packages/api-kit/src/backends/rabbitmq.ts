import type { ChannelModel, ConfirmChannel } from "amqplib";
import { MessageQueueError } from "../errors/api-errors.ts";
import type { Endpoint } from "../settings/read-settings.ts";
import type { BackendDriver } from "./backend.ts";
import { type BackendTls, fieldOf } from "./backend-tls.ts";

/** One connection; one channel on which the broker confirms what is published, others as they are needed. */
export interface Broker {
  readonly connection: ChannelModel;
  readonly publisher: ConfirmChannel;
  readonly isOpen: () => boolean;
}

export function rabbitmqDriver(
  endpoint: Endpoint,
  tls: BackendTls | undefined,
): BackendDriver<Broker> {
  return {
    service: "rabbitmq",
    secret: "rabbitmq",
    open: async (credentials) => {
      const { connect } = await import("amqplib");
      const connection = await connect(
        {
          protocol: tls ? "amqps" : "amqp",
          hostname: endpoint.host,
          port: endpoint.port,
          username: fieldOf(credentials, "user"),
          password: fieldOf(credentials, "password"),
          vhost: fieldOf(credentials, "vhost"),
          heartbeat: 10,
        },
        { ...(tls?.ca === undefined ? {} : { ca: [tls.ca] }), timeout: 2000 },
      );
      let open = true;
      connection.on("close", () => (open = false));
      connection.on("error", () => (open = false)); // what was under way on it rejects
      const publisher = await connection.createConfirmChannel();
      publisher.on("error", () => undefined);
      publisher.on("close", () => (open = false));
      return { connection, publisher, isOpen: () => open };
    },
    isOpen: (broker) => broker.isOpen(),
    close: async ({ connection }) => connection.close().catch(() => undefined), // it may be closed already
    connections: (broker) => (broker.isOpen() ? 1 : 0),
    isWrongPassword: (error) => error instanceof Error && /ACCESS[-_]REFUSED/.test(error.message),
    unavailable: (cause) =>
      new MessageQueueError("RabbitMQ can't be reached.", { service: "rabbitmq" }, { cause }),
  };
}
