import { randomUUID } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Application, startApplication } from "./application.ts";
import { eventually } from "./eventually.ts";

let api: Application;
let sending: PromiseWithResolvers<void>;
let release: PromiseWithResolvers<void>;

/** An answer to `/examples/messaging/consume/held-…` is held back until it is released. */
beforeAll(async () => {
  sending = Promise.withResolvers();
  release = Promise.withResolvers();
  api = await startApplication({
    prepare: (app) =>
      app.addHook("onSend", async (request) => {
        if (!request.url.includes("/consume/held-")) return;
        sending.resolve();
        await release.promise;
      }),
  });
});
afterAll(async () => api[Symbol.asyncDispose]());

const consume = async (queue: string): Promise<unknown> =>
  (await api.ask(`POST /examples/messaging/consume/${queue}`)).body.message;

it("puts a message back whose client has gone before its answer", async () => {
  const queue = `held-${randomUUID()}`;
  await api.ask(`POST /examples/messaging/publish/${queue}`, { body: { n: 1 } });
  await api.app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = api.app.server.address() as AddressInfo;
  const path = `/examples/messaging/consume/${queue}`;
  const request = http.request({ port, path, method: "POST", agent: false }).end();
  request.on("error", () => undefined); // it is the one who hangs up
  const [socket] = (await once(api.app.server, "connection")) as [NodeJS.EventEmitter];
  await sending.promise;
  const info = `GET /examples/messaging/queue/${queue}/info`;
  await eventually(async () => expect((await api.ask(info)).body.message_count).toBe(0));
  const gone = once(socket, "close");
  request.destroy();
  await gone;
  release.resolve();
  await eventually(async () => expect((await api.ask(info)).body.message_count).toBe(1));
  expect(await consume(queue)).toEqual({ n: 1 });
});

it("takes a message for good once its answer is written", async () => {
  const queue = `taken-${randomUUID()}`;
  await api.ask(`POST /examples/messaging/publish/${queue}`, { body: { n: 1 } });
  expect(await consume(queue)).toEqual({ n: 1 });
  await new Promise(setImmediate); // it is acknowledged after the answer
  // What nobody acknowledged goes back when its connection ends.
  await api.context.rabbitmq.use(async ({ connection }) => connection.close());
  expect(await consume(queue)).toBeNull();
});

it("gives as text what another client put there that is no JSON", async () => {
  const queue = `foreign-${randomUUID()}`;
  await api.context.rabbitmq.use(async ({ publisher }) => {
    await publisher.assertQueue(queue, { durable: true });
    publisher.sendToQueue(queue, Buffer.from("plain words"));
    await publisher.waitForConfirms();
  });
  expect(await consume(queue)).toBe("plain words");
});

it("tells of a message that the broker does not take, and loses none after it", async () => {
  const queue = `full-${randomUUID()}`;
  await api.context.rabbitmq.use(async ({ publisher }) =>
    publisher.assertQueue(queue, {
      durable: true,
      maxLength: 1,
      arguments: { "x-overflow": "reject-publish" },
    }),
  );
  const publish = async (n: number) =>
    api.ask(`POST /examples/messaging/publish/${queue}`, { body: { n } });
  expect((await publish(1)).status).toBe(200);
  const { status, body } = await publish(2);
  expect({ status, error: body.error }).toEqual({ status: 503, error: "MessageQueueError" });
  expect(await consume(queue)).toEqual({ n: 1 });
  expect((await publish(3)).status).toBe(200);
  expect(await consume(queue)).toEqual({ n: 3 });
});
