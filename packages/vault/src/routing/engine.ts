import type { Transaction } from "../barrier/transaction.ts";
import type { View } from "../barrier/view.ts";
import type { Core } from "../core/core.ts";
import type { Answer } from "../core/request.ts";
import type { TokenEntry } from "../tokens/token-entry.ts";
import type { MountEntry } from "./mount-entry.ts";
import type { Call } from "./route.ts";
import type { RouteTable } from "./route-table.ts";

/** A call with what auth methods, sys and the token store may use beyond their own storage. */
export interface CoreCall extends Call {
  readonly core: Core;
  readonly tx: Transaction;
  readonly mount: MountEntry;
  /** Who asks; undefined on open paths. */
  readonly token: TokenEntry | undefined;
}

/** A secrets engine or auth method: its paths, and what it stores when it is mounted. */
export interface Engine {
  readonly type: string;
  readonly routes: RouteTable<CoreCall>;
  /** Another table by what the mount was enabled with (KV's versions). */
  readonly routesFor?: (mount: MountEntry) => RouteTable<CoreCall>;
  readonly initialise?: (view: View, mount: MountEntry) => void;
  /** Brings what is stored in line with options that were tuned. */
  readonly upgrade?: (
    view: View,
    before: MountEntry,
    after: MountEntry,
    now: Date,
  ) => Answer | undefined;
}
