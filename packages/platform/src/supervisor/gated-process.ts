import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import type { Writable } from "node:stream";
import { messageOf } from "../shared/errors.ts";
import { identify, type ProcessIdentity } from "../shared/process-identity.ts";
import { supervisorErrors } from "./errors.ts";
import type { LedgerEntry, ProcessLedger } from "./process-ledger.ts";
import type { Account, ProcessSpec } from "./process-spec.ts";
import { processMarker } from "./process-table.ts";

/** Both null: it ended, and nobody could be told how. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProcess {
  readonly name: string;
  readonly identity: ProcessIdentity;
  readonly marker: string;
  readonly spec: ProcessSpec;
  readonly exited: Promise<ProcessExit>;
}

/**
 * The gate: a shell that waits for a word on descriptor 3 and then becomes the engine, with the pid and the start
 * time that it had all along. When whoever holds the other end dies first, the read fails and nothing ever runs.
 */
const gate = 'umask 077; read -r word <&3 && [ "$word" = go ] || exit 125; exec 3<&-; exec "$@"';

/**
 * Starts a process whose identity is on disk before its first instruction. Output goes to the log file by
 * descriptor, so that engine and log outlive the daemon; it leads a process group of its own.
 */
export async function startGated(
  name: string,
  spec: ProcessSpec,
  options: {
    ledger: ProcessLedger;
    marker: string;
    account: Account;
    logFile: string;
    adoptable?: LedgerEntry["adoptable"];
  },
): Promise<RunningProcess> {
  const log = await open(options.logFile, "a", 0o600);
  let child: ChildProcess;
  try {
    child = spawn("/bin/sh", ["-c", gate, "devstack-gate", spec.program, ...spec.args], {
      cwd: spec.cwd,
      env: { ...spec.env, [processMarker]: options.marker },
      stdio: ["ignore", log.fd, log.fd, "pipe"],
      detached: true,
      ...options.account,
    });
    await once(child, "spawn");
  } catch (error) {
    throw supervisorErrors.DS_SPAWN_FAILED(
      `${name}: ${spec.program} can't be started: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  } finally {
    await log.close();
  }
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  child.on("error", () => undefined); // a failed kill; whoever killed looks at the process itself
  const word = child.stdio[3] as Writable;
  word.on("error", () => undefined); // the gate ended before it was opened: `exited` tells
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (!identity) {
    word.destroy();
    throw supervisorErrors.DS_SPAWN_FAILED(`${name}: the process ended before it was let run`);
  }
  try {
    const { marker, adoptable } = options;
    await options.ledger.record({
      ...identity,
      name,
      marker,
      stop: spec.stop,
      ...(adoptable ? { adoptable } : {}),
    });
  } catch (error) {
    word.destroy(); // the gate stays shut
    throw error;
  }
  word.end("go\n");
  return { name, identity, marker: options.marker, spec, exited };
}
