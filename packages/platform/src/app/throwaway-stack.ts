import { randomBytes } from "node:crypto";
import { stackFolders, stackId } from "../config/folders.ts";
import { isRunning } from "../shared/process-identity.ts";
import { ownIdentity } from "./daemon-process.ts";
import { establishOnFreePorts } from "./auto-ports.ts";
import { destroy } from "./destroy.ts";
import { establishBase, recordedStacks, type Stack } from "./stack.ts";

/**
 * A stack of its own beside `like`: same engines, own data, own free ports, nothing left of it once disposed of.
 * It has a vault of its own, also where `like` has none, unless it is to share that. What killed predecessors left is
 * cleared first.
 */
export async function createThrowawayStack(
  like: Stack,
  options: { readonly faults?: readonly string[]; readonly sharesExternalVault?: boolean } = {},
): Promise<Stack & AsyncDisposable> {
  await establishBase(like);
  await clearAbandoned(like);
  const name = `test-${randomBytes(4).toString("hex")}`;
  const id = stackId(like.folder, name);
  const { externalVault, ...rest } = like;
  const stack = await establishOnFreePorts({
    ...rest,
    ...(externalVault && options.sharesExternalVault ? { externalVault } : {}),
    id,
    name,
    folders: stackFolders(like.base, id),
    apps: [],
    faults: options.faults ?? [],
    throwawayOf: ownIdentity(),
  });
  return { ...stack, [Symbol.asyncDispose]: async () => void (await destroy(stack)) };
}

async function clearAbandoned(like: Stack): Promise<void> {
  for (const stack of await recordedStacks(like.base)) {
    if (stack.throwawayOf && !isRunning(stack.throwawayOf)) await destroy(stack);
  }
}
