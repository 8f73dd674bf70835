import { serviceOfInstance } from "../services/registry.ts";
import { askDaemon } from "../supervisor/control-client.ts";
import { controlSocket } from "../supervisor/control-protocol.ts";
import type { UnitEvent, UnitStatus } from "../supervisor/unit.ts";
import { appNames } from "./user-apps.ts";
import { appErrors } from "./errors.ts";
import type { Stack } from "./stack.ts";

/** Restarts a service, or one instance of it; rejects with DS_NOT_RUNNING when the stack is not up. */
export async function restart(
  stack: Stack,
  name: string,
  options: { readonly onEvent?: (event: UnitEvent) => void } = {},
): Promise<UnitStatus> {
  const service = serviceOfInstance(name, appNames(stack));
  const daemon = await askDaemon(controlSocket(stack.folders.run), "restart", { name }, options);
  if (!daemon) throw notRunning(stack);
  const unit = daemon.units.find((one) => one.name === service);
  if (!unit) throw notRunning(stack);
  return unit;
}

export function notRunning(stack: Stack): Error {
  return appErrors.DS_NOT_RUNNING(`stack ${stack.id} is not running`, { hint: "devstack up" });
}
