import { json } from "../answers/ok.ts";
import { whenBodyIsWrong, whenInvalid, whileBackendsFail } from "../answers/other-answers.ts";
import { inPath, inQuery } from "../parameters.ts";
import type { Route } from "../route.ts";
import { Consumed, Message, Published, QueueInfo } from "../schemas/examples.ts";
import { QueueName } from "../schemas/names.ts";

const tag = "messaging";
const message = { order: 42, state: "paid" };
const queueInPath = inPath("queue_name", QueueName);

const body = {
  required: true,
  content: { "application/json": { schema: Message, example: message } },
} as const;
const published = {
  ...json("The broker has it.", Published, { queue: "orders", message, action: "published" }),
  ...whenBodyIsWrong,
  ...whenInvalid,
  ...whileBackendsFail,
};

export const messagingRoutes: readonly Route[] = [
  {
    operationId: "publishMessage",
    method: "POST",
    path: "/examples/messaging/publish/{queue_name}",
    tag,
    summary: "Puts a message into a queue",
    description: "Answered after the broker's confirm.",
    parameters: [queueInPath],
    body,
    answers: published,
  },
  {
    operationId: "publishMessageByQuery",
    method: "POST",
    path: "/examples/messaging/publish",
    tag,
    summary: "The same, with the queue's name in the query",
    parameters: [inQuery("queue_name", QueueName)],
    body,
    answers: published,
  },
  {
    operationId: "consumeMessage",
    method: "POST",
    path: "/examples/messaging/consume/{queue_name}",
    tag,
    summary: "Takes the next message from a queue",
    description: "The broker forgets it once the answer is written.",
    parameters: [queueInPath],
    answers: {
      ...json("The message; null when there is none or no such queue.", Consumed, {
        queue: "orders",
        message,
        action: "consumed",
      }),
      ...whenBodyIsWrong,
      ...whenInvalid,
      ...whileBackendsFail,
    },
  },
  {
    operationId: "getQueueInfo",
    method: "GET",
    path: "/examples/messaging/queue/{queue_name}/info",
    tag,
    summary: "Whether a queue is there and what is in it",
    parameters: [queueInPath],
    answers: {
      ...json("Its counts; null when it is not there.", QueueInfo, {
        queue: "orders",
        exists: true,
        message_count: 3,
        consumer_count: 0,
      }),
      ...whenInvalid,
      ...whileBackendsFail,
    },
  },
];
