import { randomInt } from "node:crypto";
import { isPortFree } from "../../src/supervisor/ports.ts";

/** Below 32768, where the system gives out none to outgoing connections, and apart from those of throwaway stacks. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(23_000, 32_000);
    if (await isPortFree(port)) return port;
  }
}
