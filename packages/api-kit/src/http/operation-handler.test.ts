import { expect, it } from "vitest";
import { bareApp } from "../fixtures/bare-app.ts";
import { eventually } from "../../test/eventually.ts";

const written = { type: "object", properties: { message: {} } };
const notWritable = { type: "object", required: ["nowhere"], properties: { nowhere: written } };

it.each([
  ["acknowledges a message once the answer with it is written", written, 200, "acknowledged"],
  ["puts back a message whose answer can't be written", notWritable, 500, "put back"],
] as const)("%s", async (_, schema, status, done) => {
  await using bare = bareApp([
    {
      method: "POST",
      url: "/consume/:queue_name",
      operationId: "consumeMessage",
      schema: { response: { 200: schema } },
    },
  ]);
  const seen: string[] = [];
  const channel = {
    on: () => undefined,
    get: async () => ({ content: Buffer.from('{"n":1}') }),
    ack: () => seen.push("acknowledged"),
    nack: () => seen.push("put back"),
    close: async () => undefined,
  };
  const connection = { createChannel: async () => channel };
  bare.context.rabbitmq.use = async (call) => call({ connection } as never);
  const answer = await bare.app.inject({ method: "POST", url: "/consume/orders" });
  expect(answer.statusCode).toBe(status);
  await eventually(async () => expect(seen).toEqual([done]));
});
