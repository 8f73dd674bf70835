import path from "node:path";
import { acquireLock } from "../shared/lock.ts";
import { appErrors } from "./errors.ts";
import { chooseFreePorts } from "./ports.ts";
import { establishBase, establishStack, recordedStacks, type Stack } from "./stack.ts";
import { status } from "./status.ts";

/**
 * The stack on ports of its own, which were free when they were chosen and stay; unchanged where it has such already.
 * @throws DS_STACK_RUNNING
 */
export async function withFreePorts(stack: Stack): Promise<Stack> {
  if (stack.freePorts) return stack;
  if ((await status(stack)).running)
    throw appErrors.DS_STACK_RUNNING(`stack ${stack.id} runs on its ports already`, {
      hint: "devstack down; then devstack up --auto-ports",
    });
  await establishBase(stack);
  return establishOnFreePorts(stack);
}

/** Chooses and records free ports. Two that choose at once would find the same: the record of the first tells. */
export async function establishOnFreePorts(stack: Stack): Promise<Stack> {
  await using _lock = await acquireLock(path.join(stack.base.state, ".ports.lock"));
  const recorded = await recordedStacks(stack.base);
  const taken = [stack.ports, ...recorded.map((one) => one.ports)];
  const moved = { ...stack, ports: await chooseFreePorts(taken), freePorts: true };
  await establishStack(moved);
  return moved;
}
