import type { Owner } from "../shared/files.ts";

/** How to start a program and how to end it; the program's own facts, nothing of the supervisor's. */
export interface ProcessSpec {
  /** Absolute path. */
  readonly program: string;
  /** Never a secret: every user of the machine can read them. */
  readonly args: readonly string[];
  /** The whole environment; never a secret of an engine's. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stop: StopSpec;
}

export interface StopSpec {
  readonly signal: NodeJS.Signals;
  /** After this many milliseconds the whole tree is killed. */
  readonly graceMs: number;
  /** For an engine that may refuse the signal for a while: how often to send it again. */
  readonly repeatMs?: number;
}

/** A process that must be there before the main one and go after it (Erlang's port mapper). */
export interface Companion {
  readonly name: string;
  readonly process: ProcessSpec;
  /** It is there when this port of 127.0.0.1 accepts. */
  readonly port: number;
}

/** Who the process runs as; undefined: whoever runs the supervisor. */
export type Account = Owner | undefined;
