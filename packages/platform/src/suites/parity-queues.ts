import { withRabbitChannel } from "./clients/rabbitmq-client.ts";
import type { StackHandle } from "./stack-handle.ts";

const longestName = 100;

/** Takes away, once disposed of, the queues that the generated requests made. */
export function forgetQueues(stack: StackHandle, name: string): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () =>
      withRabbitChannel(stack, async (channel) => {
        for (const queue of [name, name.padEnd(longestName, "x")]) await channel.deleteQueue(queue);
      }),
  };
}
