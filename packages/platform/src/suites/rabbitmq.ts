import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { ConfirmChannel } from "amqplib";
import { askManagement } from "../services/rabbitmq/management.ts";
import {
  administerRabbit,
  rabbitApplication,
  withRabbit,
  withRabbitChannel,
} from "./clients/rabbitmq-client.ts";
import { expectHealthyProcess, expectOwnCredentials } from "./service-checks.ts";
import { portOf, type StackHandle } from "./stack-handle.ts";
import type { Suite } from "./suite.ts";

export const rabbitmqSuite: Suite = {
  name: "rabbitmq",
  summary: "RabbitMQ: process, credentials, login, messages, management API",
  services: ["rabbitmq"],
  disruptive: false,
  checks: [
    {
      id: "rabbitmq.01",
      title: "the process is healthy, runs without privileges and is the engine's version",
      fault: "frozen",
      run: async (context) => {
        const { stack, expect } = context;
        await expectHealthyProcess(context, "rabbitmq");
        const { version } = await stack.engine("rabbitmq");
        const properties = await withRabbit(
          stack,
          "amqp",
          await rabbitApplication(stack),
          async ({ connection }) => connection.serverProperties,
        );
        expect("product", properties.product).equals("RabbitMQ");
        expect("version", properties.version).equals(version);
      },
    },
    {
      id: "rabbitmq.02",
      title: "its credentials come from the vault with its own AppRole",
      fault: "policy-missing",
      run: async (context) =>
        expectOwnCredentials(context, "rabbitmq", ["rabbitmq", "rabbitmq-admin"]),
    },
    {
      id: "rabbitmq.03",
      title:
        "a client connects with them, plain and over TLS; a wrong password and guest are refused",
      fault: "passwords-ignored",
      run: async ({ stack, expect }) => {
        const login = await rabbitApplication(stack);
        const wrong = { ...login, password: `${login.password}x` };
        const guest = { user: "guest", password: "guest", vhost: "/" };
        for (const scheme of ["amqp", "amqps"] as const) {
          await withRabbit(stack, scheme, login, async (connection) => connection.createChannel());
          for (const [who, refused] of Object.entries({ "a wrong password": wrong, guest })) {
            await expect.refusal(
              `${who} over ${scheme}`,
              withRabbit(stack, scheme, refused, async () => undefined),
              /ACCESS_REFUSED/,
            );
          }
        }
      },
    },
    {
      id: "rabbitmq.04",
      title:
        "a queue is declared, messages are confirmed, the same bytes are consumed, it is deleted",
      fault: "reading-forbidden",
      run: async ({ stack, expect }) => {
        const sent = [randomBytes(64), Buffer.alloc(0), randomBytes(300_000)];
        await withRabbitChannel(stack, async (channel) => {
          // Exclusive: it goes with the connection, whatever else happens.
          const { queue } = await channel.assertQueue("", { exclusive: true, durable: true });
          for (const bytes of sent) channel.sendToQueue(queue, bytes, { persistent: true });
          await channel.waitForConfirms();
          const consumed = await consume(channel, queue, sent.length);
          for (const [index, bytes] of sent.entries()) {
            expect(`length of message ${index}`, consumed[index]?.length).equals(bytes.length);
            expect(`message ${index} is what was sent`, consumed[index]?.equals(bytes)).equals(
              true,
            );
          }
          await channel.deleteQueue(queue, { ifEmpty: true });
          await expect.refusal("the deleted queue", channel.checkQueue(queue), /NOT_FOUND/);
        });
      },
    },
    {
      id: "rabbitmq.05",
      title:
        "the management API answers the administrator, lists a queue and refuses the application",
      fault: "administrator-changed",
      run: async ({ stack, expect }) => {
        const { user, password, vhost } = await rabbitApplication(stack);
        await withRabbitChannel(stack, async (channel) => {
          const { queue } = await channel.assertQueue("", { exclusive: true });
          const queues = await administerRabbit(
            stack,
            "GET",
            `queues/${encodeURIComponent(vhost)}`,
          );
          expect("status of the list of queues", queues.status).equals(200);
          const names = (queues.body as readonly { readonly name: string }[]).map(
            ({ name }) => name,
          );
          expect("queues", names).satisfies(`a list with ${queue}`, names.includes(queue));
        });
        const port = portOf(stack, "rabbitmq", "management");
        const own = await askManagement({ port, user, password }, "GET", "whoami");
        expect("status for the application", own.status).equals(401);
      },
    },
  ],
  faults: [
    {
      name: "frozen",
      summary: "the broker's virtual machine is stopped by SIGSTOP",
      turnsRed: ["rabbitmq.01", "rabbitmq.03", "rabbitmq.04", "rabbitmq.05"],
      apply: async (stack) => stack.signal("rabbitmq", "SIGSTOP"),
    },
    {
      name: "policy-missing",
      summary: "the service's policy is deleted",
      turnsRed: ["rabbitmq.02"],
      apply: async (stack) =>
        (await stack.administrator()).delete("sys/policies/acl/rabbitmq-policy"),
    },
    {
      name: "passwords-ignored",
      summary: "the broker lets a known user in with any password",
      seam: "passwords-ignored",
      turnsRed: ["rabbitmq.03"],
    },
    {
      name: "reading-forbidden",
      summary: "the application may declare and write, but not read",
      turnsRed: ["rabbitmq.04"],
      apply: async (stack) => {
        const { user, vhost } = await rabbitApplication(stack);
        const path = `permissions/${encodeURIComponent(vhost)}/${encodeURIComponent(user)}`;
        await changeAsAdministrator(stack, path, { configure: ".*", write: ".*", read: "^$" });
      },
    },
    {
      name: "administrator-changed",
      summary: "the administrator has another password than the vault's",
      turnsRed: ["rabbitmq.05"],
      apply: async (stack) => {
        const { user = "" } = await stack.secret("rabbitmq-admin");
        const other = { password: randomUUID(), tags: "administrator" };
        await changeAsAdministrator(stack, `users/${encodeURIComponent(user)}`, other);
      },
    },
  ],
};

/** The next messages of the queue, in order; rejects when they don't come. */
async function consume(
  channel: ConfirmChannel,
  queue: string,
  count: number,
): Promise<readonly Buffer[]> {
  const bodies: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const { consumerTag } = await channel.consume(
    queue,
    (message) => {
      if (message) bodies.push(message.content);
      if (bodies.length === count) resolve(undefined);
    },
    { noAck: true },
  );
  const late = delay(consumeWithinMs, undefined, { ref: false });
  await Promise.race([promise, late]);
  if (bodies.length < count) throw new Error(`${bodies.length} of ${count} messages came`);
  await channel.cancel(consumerTag);
  return bodies;
}

const consumeWithinMs = 5000;

async function changeAsAdministrator(
  stack: StackHandle,
  path: string,
  body: unknown,
): Promise<void> {
  const { status } = await administerRabbit(stack, "PUT", path, body);
  if (status >= 300) throw new Error(`the management API answered PUT ${path} with ${status}`);
}
