import { readFile } from "node:fs/promises";
import type { ConfirmChannel } from "amqplib";
import type { ConnectionRun, LinePrompt } from "../definition.ts";
import { withConnection } from "./amqp.ts";
import { administratorOf, applicationOf } from "./initialise.ts";
import { askManagement } from "./management.ts";
import { portOf } from "./node.ts";

const help = `queues                what queues there are (as the administrator: the protocol can't tell)
declare QUEUE         make a durable queue, or show one that is so
publish QUEUE TEXT    put a message in it, and wait until the broker has confirmed it
get QUEUE             take the next message out of it
purge QUEUE           throw its messages away
delete QUEUE          the queue with its messages
help, exit`;

type Answer = (channel: ConfirmChannel, queue: string, text: string) => Promise<string>;

const answers: Readonly<Record<string, Answer>> = {
  declare: async (channel, name) => {
    const { queue, messageCount, consumerCount } = await channel.assertQueue(name);
    return `${queue}: ${messageCount} messages, ${consumerCount} consumers`;
  },
  publish: async (channel, queue, text) => {
    await channel.checkQueue(queue); // else the broker confirms what it throws away
    channel.sendToQueue(queue, Buffer.from(text), { persistent: true });
    await channel.waitForConfirms();
    return "confirmed";
  },
  get: async (channel, queue) => {
    const message = await channel.get(queue, { noAck: true });
    return message === false ? "there is no message" : message.content.toString();
  },
  purge: async (channel, queue) => `${(await channel.purgeQueue(queue)).messageCount} messages`,
  delete: async (channel, queue) => `${(await channel.deleteQueue(queue)).messageCount} messages`,
};

/** Queues and messages as the application, over verified TLS; each line in a connection of its own. */
export async function rabbitmqPrompt(run: ConnectionRun): Promise<LinePrompt> {
  const login = applicationOf(run);
  const endpoint = { ...login, port: portOf(run, "amqps"), ca: await readFile(run.tls.ca, "utf8") };
  return {
    greeting: `RabbitMQ, virtual host ${login.vhost}, over TLS\n${help}`,
    answer: async (line) => {
      if (line === "help") return help;
      if (line === "queues") return queues(run);
      const [, word = "", queue = "", text = ""] = /^(\S+)\s+(\S+)\s*(.*)$/s.exec(line) ?? [];
      const answer = Object.hasOwn(answers, word) ? answers[word] : undefined;
      if (!answer || (word === "publish") !== (text !== ""))
        throw new Error(`that is no command; they are\n${help}`);
      return withConnection(endpoint, new AbortController().signal, async (connection) => {
        const channel = await connection.createConfirmChannel();
        channel.on("error", () => undefined); // the request that failed rejects
        return answer(channel, queue, text);
      });
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function queues(run: ConnectionRun): Promise<string> {
  const path = `queues/${encodeURIComponent(applicationOf(run).vhost)}`;
  const { status, body } = await askManagement(administratorOf(run), "GET", path);
  if (status !== 200) throw new Error(`the management API answered ${path} with ${status}`);
  const found = body as readonly { name: string; messages?: number; consumers?: number }[];
  return found.length === 0
    ? "there is no queue"
    : found
        .map((one) => `${one.name}: ${one.messages ?? 0} messages, ${one.consumers ?? 0} consumers`)
        .join("\n");
}
