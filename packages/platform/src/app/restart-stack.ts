import type { UnitEvent, UnitStatus } from "../supervisor/unit.ts";
import { down } from "./down.ts";
import { notRunning } from "./restart.ts";
import type { Stack } from "./stack.ts";
import { status } from "./status.ts";
import { up } from "./up.ts";

/**
 * Stops all that runs and starts it again, with the configuration as it is once it is stopped; data stays. What was
 * stopped before stays so. Rejects with DS_NOT_RUNNING when the stack is not up.
 */
export async function restartStack(
  resolve: () => Promise<Stack>,
  options: { readonly onEvent?: (event: UnitEvent) => void; readonly signal?: AbortSignal } = {},
): Promise<readonly UnitStatus[]> {
  const stack = await resolve();
  const { running, instances } = await status(stack);
  if (!running) throw notRunning(stack);
  const ran = instances.filter(({ state }) => state !== "stopped" && state !== "unavailable");
  const services = [...new Set(ran.map(({ service }) => service))];
  await down(stack, options);
  const { daemon } = await up(await resolve(), { ...options, services });
  return daemon.units.filter(({ name }) => services.includes(name));
}
