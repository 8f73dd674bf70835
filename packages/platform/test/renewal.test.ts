import { once } from "node:events";
import { readFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import tls from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { keyStoreOf } from "../src/app/key-store-of.ts";
import type { Stack } from "../src/app/stack.ts";
import { status } from "../src/app/status.ts";
import { createThrowawayStack } from "../src/app/throwaway-stack.ts";
import { unitsOf, vaultClientOf } from "../src/app/units.ts";
import { up } from "../src/app/up.ts";
import { identityFolder } from "../src/services/service-unit.ts";
import { eventually } from "../src/shared/eventually.ts";
import { logIn } from "../src/vault/login.ts";
import { likeStack } from "./like-stack.ts";

const dayMs = 86_400_000;

/** Where each certificate is served. RabbitMQ's is left out: it takes two minutes to look at its files again. */
const ports = {
  vault: "https",
  postgres: "sql",
  mysql: "sql",
  mongodb: "mongo",
  "redis-1": "tls",
  "redis-6": "tls",
  "reference-api": "https",
} as const;

let stack: Stack & AsyncDisposable;
beforeAll(async () => {
  stack = await createThrowawayStack(await likeStack());
  await up(stack, { services: ["postgres", "mysql", "mongodb", "redis", "reference-api"] });
});
afterAll(async () => stack[Symbol.asyncDispose]());

it("gives certificates and secret-ids anew before their time is over, and nothing is restarted for it", async () => {
  const keyStore = keyStoreOf(stack);
  const secretIdOf = async (): Promise<string | undefined> =>
    (await keyStore.identity("reference-api"))?.secretId.reveal();
  const [serials, secretId, pids] = [await serialsServed(), await secretIdOf(), await pidsOf()];

  await renewAll(Date.now() + 9 * dayMs);
  expect([await serialsServed(), await secretIdOf()]).toEqual([serials, secretId]);

  await renewAll(Date.now() + 21 * dayMs);
  const second = await secretIdOf();
  expect(second).not.toBe(secretId);
  const copy = path.join(identityFolder(stack.folders, "reference-api"), "secret-id");
  expect((await readFile(copy, "utf8")).trim()).toBe(second);
  await logIn(vaultClientOf(stack), keyStore, "reference-api");
  expect(await serialsServed()).toEqual(serials);

  await renewAll(Date.now() + 250 * dayMs);
  await eventually(
    async () => {
      const served = await serialsServed();
      expect(Object.keys(served).filter((one) => served[one] === serials[one])).toEqual([]);
    },
    { deadlineMs: 20_000, intervalMs: 200 },
  );
  expect(await pidsOf()).toEqual(pids);
});

/** As the daemon does, at another time. */
async function renewAll(nowMs: number): Promise<void> {
  const { instances } = await status(stack);
  for (const unit of unitsOf(stack, () => nowMs)) {
    const own = instances.filter(({ instance }) => unit.members.includes(instance));
    if (own.every(({ state }) => state !== "ready")) continue;
    await unit.renew?.({
      signal: AbortSignal.timeout(60_000),
      kill: (member, signal) => {
        const pid = own.find(({ instance }) => instance === member)?.pid;
        if (pid === undefined) throw new Error(`${member} does not run`);
        process.kill(pid, signal);
      },
    });
  }
}

async function pidsOf(): Promise<Readonly<Record<string, number | undefined>>> {
  const { instances } = await status(stack);
  return Object.fromEntries(instances.map(({ instance, pid }) => [instance, pid]));
}

async function serialsServed(): Promise<Readonly<Record<string, string>>> {
  const served = Object.entries(ports).map(
    async ([instance, port]) =>
      [instance, await serialServed(instance, stack.ports[instance]?.[port] ?? 0)] as const,
  );
  return Object.fromEntries(await Promise.all(served));
}

/** Of the certificate that a new connection is shown, verified against the stack's root. */
async function serialServed(instance: string, port: number): Promise<string> {
  const plain = net.connect(port, "127.0.0.1");
  await once(plain, "connect");
  await askForTls[instance]?.(plain);
  const ca = await readFile(keyStoreOf(stack).caFile);
  const socket = tls.connect({ socket: plain, ca, servername: "localhost" });
  try {
    await once(socket, "secureConnect");
    return socket.getPeerX509Certificate()?.serialNumber ?? "";
  } finally {
    socket.destroy();
  }
}

/** Where one port speaks both: what is said before TLS begins. */
const askForTls: Readonly<Record<string, (socket: net.Socket) => Promise<void>>> = {
  postgres: async (socket) => {
    socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    expect(String((await once(socket, "data"))[0])).toBe("S");
  },
  mysql: async (socket) => {
    await once(socket, "data"); // the server speaks first
    const packet = Buffer.alloc(36);
    packet.writeUIntLE(32, 0, 3);
    packet.writeUInt8(1, 3);
    packet.writeUInt32LE(0x8a00, 4); // a 4.1 client, TLS, and its way to log in
    packet.writeUInt32LE(2 ** 24, 8);
    packet.writeUInt8(45, 12);
    socket.write(packet);
  },
};
