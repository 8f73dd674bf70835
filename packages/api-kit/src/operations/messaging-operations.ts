import { randomUUID } from "node:crypto";
import type { Channel, ConfirmChannel } from "amqplib";
import type { ApiContext } from "../context.ts";
import { ValidationError } from "../errors/api-errors.ts";
import { parseJson } from "../http/json-body.ts";
import type { OperationInput } from "./operation.ts";

const longestMessage = 1_000_000;

export async function publishMessage(context: ApiContext, { params, body }: OperationInput) {
  return publish(context, params["queue_name"] ?? "", body);
}

export async function publishMessageByQuery(context: ApiContext, { query, body }: OperationInput) {
  return publish(context, String(query["queue_name"]), body);
}

async function publish({ rabbitmq }: ApiContext, queue: string, message: unknown) {
  const text = JSON.stringify(message);
  if (text.length > longestMessage)
    throw new ValidationError([
      { loc: ["body"], msg: `is longer than ${longestMessage}`, type: "maxLength", input: null },
    ]);
  await rabbitmq.use(async ({ publisher }) => {
    if (await confirmed(publisher, queue, text)) return;
    await publisher.assertQueue(queue, { durable: true });
    if (!(await confirmed(publisher, queue, text)))
      throw new Error("the queue went as soon as it was made");
  });
  return { queue, message, action: "published" };
}

/** Once the broker has it: true. False where there is no such queue, and the broker gave the message back. */
async function confirmed(publisher: ConfirmChannel, queue: string, text: string): Promise<boolean> {
  const messageId = randomUUID();
  let returned = false;
  const onReturn = (message: { properties: { messageId?: unknown } }): void => {
    if (message.properties.messageId === messageId) returned = true;
  };
  publisher.on("return", onReturn);
  const options = {
    messageId,
    mandatory: true,
    persistent: true,
    contentType: "application/json",
  };
  try {
    await new Promise<void>((resolve, reject) => {
      publisher.sendToQueue(queue, Buffer.from(text), options, (error: unknown) =>
        error instanceof Error ? reject(error) : resolve(),
      );
    });
  } finally {
    publisher.off("return", onReturn);
  }
  return !returned;
}

/** Acknowledged once the answer is written; back in the queue where it could not be. */
export async function consumeMessage({ rabbitmq }: ApiContext, input: OperationInput) {
  const queue = input.params["queue_name"] ?? "";
  const message = await rabbitmq.use(async ({ connection }) => {
    const channel = await connection.createChannel();
    channel.on("error", () => undefined); // what was asked of it rejects
    const got = await channel.get(queue, { noAck: false }).catch(notFoundIsNothing);
    if (got === false) {
      await channel.close().catch(() => undefined); // where there is no queue, the broker has closed it
      return null;
    }
    input.onAnswered((delivered) => {
      if (delivered) channel.ack(got);
      else channel.nack(got);
      void channel.close().catch(() => undefined); // with the connection: the broker puts the message back
    });
    return parsed(got.content);
  });
  return { queue, message, action: "consumed" };
}

export async function getQueueInfo({ rabbitmq }: ApiContext, { params }: OperationInput) {
  const queue = params["queue_name"] ?? "";
  return rabbitmq.use(async ({ connection }) => {
    const channel: Channel = await connection.createChannel();
    channel.on("error", () => undefined); // what was asked of it rejects
    const found = await channel.checkQueue(queue).catch(notFoundIsNothing);
    await channel.close().catch(() => undefined); // where there is no queue, the broker has closed it
    return found === false
      ? { queue, exists: false, message_count: null, consumer_count: null }
      : {
          queue,
          exists: true,
          message_count: found.messageCount,
          consumer_count: found.consumerCount,
        };
  });
}

const noSuchQueue = 404;

function notFoundIsNothing(error: unknown): false {
  if (error instanceof Error && "code" in error && error.code === noSuchQueue) return false;
  throw error;
}

/** Others may have put there what is no JSON, or nested deeper than an answer can be. */
function parsed(bytes: Buffer): unknown {
  try {
    return bytes.length === 0 ? "" : parseJson(bytes);
  } catch {
    return bytes.toString("utf8");
  }
}
