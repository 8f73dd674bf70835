import { setTimeout as delay } from "node:timers/promises";
import { commandMongo, mongoApplication } from "../src/suites/clients/mongodb-client.ts";
import { mysqlApplication, queryMysql } from "../src/suites/clients/mysql-client.ts";
import { queryPostgres } from "../src/suites/clients/postgres-client.ts";
import { withRabbitChannel } from "../src/suites/clients/rabbitmq-client.ts";
import { redisInstances, withCluster } from "../src/suites/clients/redis-client.ts";
import type { StackHandle } from "../src/suites/stack-handle.ts";

/** One engine as an application writes to it: numbers, each acknowledged or not. */
interface Keeper {
  readonly prepare: (stack: StackHandle) => Promise<unknown>;
  /** Resolves when the engine has acknowledged the number. */
  readonly write: (stack: StackHandle, number: number) => Promise<unknown>;
  readonly readAll: (stack: StackHandle) => Promise<readonly number[]>;
}

const queue = "kept";

const keepers: Readonly<Record<string, Keeper>> = {
  postgres: {
    prepare: async (stack) => asPostgres(stack, "create table kept (number int)"),
    write: async (stack, number) => asPostgres(stack, `insert into kept values (${number})`),
    readAll: async (stack) => numbersOf(await asPostgres(stack, "select number from kept")),
  },
  mysql: {
    prepare: async (stack) => asMysql(stack, "create table kept (number int)"),
    write: async (stack, number) => asMysql(stack, `insert into kept values (${number})`),
    readAll: async (stack) => numbersOf(await asMysql(stack, "select number from kept")),
  },
  mongodb: {
    prepare: async (stack) => asMongo(stack, { create: "kept" }),
    write: async (stack, number) => asMongo(stack, { insert: "kept", documents: [{ number }] }),
    readAll: async (stack) =>
      (await asMongo(stack, { distinct: "kept", key: "number" }))["values"] as number[],
  },
  redis: {
    prepare: async () => undefined,
    // A key each, so that all masters take part.
    write: async (stack, number) =>
      withCluster(stack, redisInstances, async (cluster) => cluster.set(`kept:${number}`, number)),
    readAll: async (stack) =>
      withCluster(stack, redisInstances, async (cluster) => {
        const keys = await Promise.all(
          cluster.nodes("master").map(async (node) => node.keys("kept:*")),
        );
        return keys.flat().map((key) => Number(key.slice("kept:".length)));
      }),
  },
  rabbitmq: {
    prepare: async (stack) =>
      withRabbitChannel(stack, async (channel) => channel.assertQueue(queue, { durable: true })),
    write: async (stack, number) =>
      withRabbitChannel(stack, async (channel) => {
        channel.sendToQueue(queue, Buffer.from(String(number)), { persistent: true });
        await channel.waitForConfirms();
      }),
    // Delivered and not acknowledged: all of them go back when the channel closes.
    readAll: async (stack) =>
      withRabbitChannel(stack, async (channel) => {
        const { messageCount } = await channel.checkQueue(queue);
        const found: number[] = [];
        if (messageCount === 0) return found;
        await new Promise<void>((resolve, reject) => {
          channel.once("close", () => reject(new Error("the channel closed before all was read")));
          void channel.consume(queue, (message) => {
            if (message) found.push(Number(message.content.toString()));
            if (found.length === messageCount) resolve();
          });
        });
        return found;
      }),
  },
};

async function asPostgres(stack: StackHandle, text: string): ReturnType<typeof queryPostgres> {
  const { user, password, database } = await stack.secret("postgres");
  return queryPostgres(stack, { user, password, database }, text);
}

async function asMysql(stack: StackHandle, text: string): ReturnType<typeof queryMysql> {
  return queryMysql(stack, await mysqlApplication(stack), text);
}

async function asMongo(
  stack: StackHandle,
  command: Record<string, unknown>,
): ReturnType<typeof commandMongo> {
  const login = await mongoApplication(stack);
  return commandMongo(stack, login, login.database, command);
}

function numbersOf(rows: readonly Readonly<Record<string, unknown>>[]): readonly number[] {
  return rows.map((row) => Number(row["number"]));
}

async function rejectLate(): Promise<never> {
  await delay(5000, undefined, { ref: false });
  throw new Error("not acknowledged within 5 s");
}

/** Writes to every engine, one number after the other, and remembers which were acknowledged. */
export class AcknowledgedWrites {
  readonly #stack: StackHandle;
  readonly #acknowledged = new Map<string, Set<number>>();
  readonly #stopping = new AbortController();
  #writing: Promise<unknown> = Promise.resolve();
  #next = 0;

  constructor(stack: StackHandle) {
    // Passwords are asked for once: the vault is among what is killed.
    const secrets = new Map<string, ReturnType<StackHandle["secret"]>>();
    const secret: StackHandle["secret"] = async (path) => {
      const known = secrets.get(path) ?? stack.secret(path);
      secrets.set(path, known);
      return known;
    };
    this.#stack = { ...stack, secret };
  }

  async start(): Promise<void> {
    for (const [name, keeper] of Object.entries(keepers)) {
      await keeper.prepare(this.#stack);
      this.#acknowledged.set(name, new Set());
    }
    this.#writing = Promise.all(
      Object.entries(keepers).map(async ([name, keeper]) => this.#write(name, keeper)),
    );
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#writing;
  }

  /** How many have been acknowledged, by engine. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#acknowledged].map(([name, numbers]) => [name, numbers.size]),
    );
  }

  /** By engine, the numbers that were acknowledged before this call and can't be read now. */
  async lost(): Promise<Readonly<Record<string, readonly number[]>>> {
    const found = Object.entries(keepers).map(async ([name, keeper]) => {
      const acknowledged = [...(this.#acknowledged.get(name) ?? [])];
      const there = new Set(await keeper.readAll(this.#stack));
      return [name, acknowledged.filter((number) => !there.has(number))] as const;
    });
    return Object.fromEntries(
      (await Promise.all(found)).filter(([, numbers]) => numbers.length > 0),
    );
  }

  async #write(name: string, keeper: Keeper): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const number = this.#next++;
      try {
        // A driver whose server dies under it may wait for ever.
        await Promise.race([keeper.write(this.#stack, number), rejectLate()]);
        this.#acknowledged.get(name)?.add(number);
      } catch {
        // Not acknowledged: it may be there or not. The engine may be down; others get their turn.
        await delay(20);
      }
    }
  }
}
