import path from "node:path";
import type { SerialisedError } from "../shared/errors.ts";
import { supervisorErrors } from "./errors.ts";
import type { LogTails } from "./log-keeper.ts";
import type { UnitEvent, UnitStatus } from "./unit.ts";

/** What the daemon can be asked: HTTP/1.1 over its socket, `POST /<operation>`, a JSON body, lines of JSON back. */
export interface ControlRequests {
  /** Starts these units (and what they need); `unavailable` tells which can't be had here, and why. */
  readonly start: {
    readonly units: readonly string[];
    readonly unavailable: Readonly<Record<string, SerialisedError>>;
  };
  /** Stops everything, then ends the daemon. `force` kills at once. */
  readonly stop: { readonly force?: boolean };
  readonly restart: { readonly name: string };
  readonly status: Readonly<Record<string, never>>;
  /** The last lines of each log, from memory. */
  readonly logs: Readonly<Record<string, never>>;
}

export interface ControlResults {
  readonly start: DaemonStatus;
  readonly stop: DaemonStatus;
  readonly restart: DaemonStatus;
  readonly status: DaemonStatus;
  readonly logs: LogTails;
}

export type ControlOperation = keyof ControlRequests;

export interface DaemonStatus {
  readonly pid: number;
  readonly units: readonly UnitStatus[];
  readonly unavailable: Readonly<Record<string, SerialisedError>>;
}

/** Events while it is under way, then one result or one error. */
export type ControlLine =
  | { readonly event: UnitEvent }
  | { readonly result: ControlResults[ControlOperation] }
  | { readonly error: SerialisedError };

/** The system's limit for a socket's path, its closing NUL not counted. */
const socketPathBytes = process.platform === "linux" ? 107 : 103;

export function controlSocket(runFolder: string): string {
  const socket = path.join(runFolder, "control.sock");
  const bytes = Buffer.byteLength(socket);
  if (bytes <= socketPathBytes) return socket;
  throw supervisorErrors.DS_CONTROL_PATH_TOO_LONG(
    `the control socket's path has ${bytes} bytes, the system allows ${socketPathBytes}: ${socket}`,
    { hint: "set DEVSTACK_HOME to a shorter folder" },
  );
}
