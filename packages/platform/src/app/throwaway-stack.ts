import { randomBytes } from "node:crypto";
import path from "node:path";
import { stackFolders, stackId } from "../config/folders.ts";
import { acquireLock } from "../shared/lock.ts";
import { isRunning } from "../shared/process-identity.ts";
import { ownIdentity } from "./daemon-process.ts";
import { destroy } from "./destroy.ts";
import { chooseFreePorts } from "./ports.ts";
import { establishBase, establishStack, recordedStacks, type Stack } from "./stack.ts";

/**
 * A stack of its own beside `like`: same engines, own data, own free ports, nothing left of it once disposed of.
 * What killed predecessors left is cleared first.
 */
export async function createThrowawayStack(
  like: Stack,
  options: { readonly faults?: readonly string[] } = {},
): Promise<Stack & AsyncDisposable> {
  await establishBase(like);
  await clearAbandoned(like);
  const name = `test-${randomBytes(4).toString("hex")}`;
  const id = stackId(like.folder, name);
  // Two that choose at once would find the same ports free; the record of the first tells the second.
  await using _lock = await acquireLock(path.join(like.base.state, ".ports.lock"));
  const recorded = await recordedStacks(like.base);
  const stack: Stack = {
    ...like,
    id,
    name,
    folders: stackFolders(like.base, id),
    ports: await chooseFreePorts([like.ports, ...recorded.map((one) => one.ports)]),
    freePorts: true,
    faults: options.faults ?? [],
    throwawayOf: ownIdentity(),
  };
  await establishStack(stack);
  return { ...stack, [Symbol.asyncDispose]: async () => void (await destroy(stack)) };
}

async function clearAbandoned(like: Stack): Promise<void> {
  for (const stack of await recordedStacks(like.base)) {
    if (stack.throwawayOf && !isRunning(stack.throwawayOf)) await destroy(stack);
  }
}
