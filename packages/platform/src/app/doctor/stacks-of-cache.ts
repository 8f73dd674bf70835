import { recordedStacks, type Stack } from "../stack.ts";

/** This stack as it is configured now, and every one that shares its cache as it was last started. */
export async function stacksOfCache(stack: Stack): Promise<readonly Stack[]> {
  const recorded = await recordedStacks(stack.base);
  return [stack, ...recorded.filter(({ base }) => base.cache === stack.base.cache)];
}
