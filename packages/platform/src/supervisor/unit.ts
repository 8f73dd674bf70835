import type { SerialisedError } from "../shared/errors.ts";
import type { Account, Companion, ProcessSpec } from "./process-spec.ts";

/** A service as the supervisor sees it: it knows what to wait for and what to run, not what it is. */
export interface Unit {
  readonly name: string;
  readonly dependsOn: readonly string[];
  /** Those of them that it needs for its start alone: they are stopped beside it, not after it. */
  readonly needsToStart?: readonly string[];
  /** The whole stack waits for it longest: of those that could start at once, it is started before the others. */
  readonly startsFirst?: boolean;
  /**
   * Where its process ends before the unit is ready, it is started again as one is that ends later: what it lacked may
   * come. Whoever asked for the start is told of the first end. Otherwise a start that failed is over.
   */
  readonly retriesStart?: boolean;
  /** Names of what `prepare` gives, known before. */
  readonly members: readonly string[];
  /** How long the whole start may take, in milliseconds. */
  readonly readyWithinMs: number;
  /**
   * The members as `prepare` gave them last, by what is on disk and without anything of what the unit depends on: their
   * processes are started beside that, and go on where `prepare` gives the same again. None: nothing tells.
   */
  readonly foresee?: (signal: AbortSignal) => Promise<readonly Member[]>;
  /** Credentials, certificates, files, data folders: all that a start needs before the first process. */
  readonly prepare: (signal: AbortSignal) => Promise<readonly Member[]>;
  /** Once all members accept: what is left of a first start, then an authenticated write and read. */
  readonly settle: (control: UnitControl) => Promise<void>;
  /** Looked at every hour while the unit is ready: what ends with time is given anew and put to use, without a restart. */
  readonly renew?: (control: RenewControl) => Promise<void>;
}

export interface UnitControl {
  readonly signal: AbortSignal;
  /** Sends a signal to a member's main process. */
  readonly kill: (member: string, signal: NodeJS.Signals) => void;
  /** Says what it waits for now, or why the last try failed: what is told when the time is over. */
  readonly waitingFor: (reason: string) => void;
}

export type RenewControl = Pick<UnitControl, "signal" | "kill">;

/** One long-running process of a unit, with its own ports and log. */
export interface Member {
  readonly name: string;
  readonly ports: readonly BoundPort[];
  readonly account: Account;
  readonly logFile: string;
  readonly companions: readonly Companion[];
  readonly process: ProcessSpec;
  /**
   * Stands for all that the process reads at its start, files and data folder: one that a dead daemon left is adopted
   * where it is still the same. Undefined: it is always ended and started anew.
   */
  readonly configuration?: string;
  /** Called before each start of the process, when no earlier one runs: clears what a dead one left in the way. */
  readonly beforeStart?: () => Promise<void>;
  /** Rejects until the process answers its own protocol. */
  readonly accepting: (signal: AbortSignal) => Promise<void>;
  /** Called at once when the process has ended by itself, long before it comes back: others may take its place. */
  readonly ended?: (signal: AbortSignal) => Promise<void>;
}

export interface BoundPort {
  readonly name: string;
  readonly port: number;
}

export type UnitState =
  | "stopped"
  | "waiting" // for what it depends on
  | "preparing"
  | "starting" // processes run, not all of them answer
  | "settling"
  | "ready"
  | "restarting" // a process ended by itself and comes back after a pause
  | "stopping"
  | "failed";

export interface MemberStatus {
  readonly name: string;
  readonly running: boolean;
  readonly pid?: number;
  /** Processes that ended by themselves since the unit was started. */
  readonly crashes: number;
}

export interface UnitStatus {
  readonly name: string;
  readonly state: UnitState;
  readonly dependsOn: readonly string[];
  readonly members: readonly MemberStatus[];
  readonly error?: SerialisedError;
  /** When each state was entered during the last start, in milliseconds since that start was asked for. */
  readonly timings: Readonly<Partial<Record<UnitState, number>>>;
  /** When its processes were started by then, while it still waited: they were foreseen. */
  readonly foreseenAt?: number;
}

/** Told to whoever follows: a unit entered a state. */
export interface UnitEvent {
  readonly unit: string;
  readonly state: UnitState;
  readonly error?: SerialisedError;
}
