import { randomUUID } from "node:crypto";
import type { Run, Step, StepContext } from "../definition.ts";
import { administratorStep } from "./administrator.ts";
import { type AmqpLogin, withConnection } from "./amqp.ts";
import { firstBootStep } from "./first-boot.ts";
import { askManagement, type ManagementAnswer, type ManagementLogin } from "./management.ts";
import { portOf } from "./node.ts";
import { isHashOf } from "./password-hash.ts";

export function applicationOf(run: Pick<Run, "secret">): AmqpLogin {
  return {
    user: run.secret("rabbitmq", "user"),
    password: run.secret("rabbitmq", "password"),
    vhost: run.secret("rabbitmq", "vhost"),
  };
}

export function administratorOf(run: Pick<Run, "secret" | "ports">): ManagementLogin {
  return {
    port: portOf(run, "management"),
    user: run.secret("rabbitmq-admin", "user"),
    password: run.secret("rabbitmq-admin", "password"),
  };
}

/** The first boot makes it; this is for one that was deleted since. */
const vhostStep: Step = {
  name: "virtual host",
  done: async (context) =>
    (await ask(context, "GET", `vhosts/${vhostOf(context.run)}`)).status === 200,
  apply: async (context) => void (await ask(context, "PUT", `vhosts/${vhostOf(context.run)}`)),
};

/** The application's user has the vault's password and no right to administer. */
const userStep: Step = {
  name: "application user",
  done: async (context) => {
    const { status, body } = await ask(context, "GET", userPath(context.run));
    if (status !== 200) return false;
    const user = body as { password_hash: string; tags: readonly string[] };
    return (
      user.tags.length === 0 && isHashOf(user.password_hash, applicationOf(context.run).password)
    );
  },
  apply: async (context) => {
    const { password } = applicationOf(context.run);
    await ask(context, "PUT", userPath(context.run), { password, tags: "" });
  },
};

const everything = { configure: ".*", write: ".*", read: ".*" };

const permissionStep: Step = {
  name: "the application's permissions",
  done: async (context) => {
    const { status, body } = await ask(context, "GET", permissionPath(context.run));
    const found = (body ?? {}) as Partial<typeof everything>;
    return (
      status === 200 &&
      found.configure === everything.configure &&
      found.write === everything.write &&
      found.read === everything.read
    );
  },
  apply: async (context) =>
    void (await ask(context, "PUT", permissionPath(context.run), everything)),
};

/** RabbitMQ's own first user, whose password is its name; there only in data that was not made here. */
const guestStep: Step = {
  name: "no guest",
  done: async (context) => (await ask(context, "GET", "users/guest")).status === 404,
  apply: async (context) => void (await ask(context, "DELETE", "users/guest")),
};

export const steps: readonly Step[] = [
  firstBootStep,
  administratorStep(async (context) => {
    const { status, body } = await ask(context, "GET", "whoami");
    return status === 200 && (body as { tags: readonly string[] }).tags.includes("administrator");
  }),
  vhostStep,
  userStep,
  permissionStep,
  guestStep,
];

/** As the application: a queue that only this connection sees, a message published with confirm and got back. */
export async function publishAndGetBack(run: Run, signal: AbortSignal): Promise<void> {
  const word = randomUUID();
  const endpoint = { ...applicationOf(run), port: portOf(run, "amqp") };
  await withConnection(endpoint, signal, async (connection) => {
    const channel = await connection.createConfirmChannel();
    channel.on("error", () => undefined); // the request that failed rejects
    const { queue } = await channel.assertQueue("", { exclusive: true });
    channel.sendToQueue(queue, Buffer.from(word));
    await channel.waitForConfirms();
    const message = await channel.get(queue, { noAck: true });
    const got = message === false ? "nothing" : message.content.toString();
    if (got !== word) throw new Error(`RabbitMQ gave back ${got} for ${word}`);
  });
}

/** As the administrator; "no such thing" (404) and "not you" (401) are answers, other refusals reject. */
async function ask(
  { run, signal }: StepContext,
  method: "GET" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
): Promise<ManagementAnswer> {
  const answer = await askManagement(administratorOf(run), method, path, { body, signal });
  if (answer.status < 400 || (method === "GET" && [401, 404].includes(answer.status)))
    return answer;
  throw new Error(`the management API answered ${method} ${path} with ${answer.status}`);
}

function vhostOf(run: Run): string {
  return encodeURIComponent(applicationOf(run).vhost);
}

function userPath(run: Run): string {
  return `users/${encodeURIComponent(applicationOf(run).user)}`;
}

function permissionPath(run: Run): string {
  return `permissions/${vhostOf(run)}/${encodeURIComponent(applicationOf(run).user)}`;
}
