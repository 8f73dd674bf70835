import { randomInt } from "node:crypto";
import { isPortFree } from "../../packages/platform/src/supervisor/ports.ts";

// Below 32768, where the system gives out no ports to outgoing connections, and beside those of throwaway stacks.
const range = { from: 23_000, to: 32_000 } as const;

/** Ports that are free now, and are given out once. */
export function freePorts(): () => Promise<number> {
  let next = randomInt(range.from, range.to);
  return async () => {
    for (;;) {
      next = next < range.to ? next + 1 : range.from;
      if (await isPortFree(next)) return next;
    }
  };
}
