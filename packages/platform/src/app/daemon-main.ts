import { closeSync, writeSync } from "node:fs";
import path from "node:path";
import { messageOf, type SerialisedError } from "../shared/errors.ts";
import { writeFileAtomically } from "../shared/files.ts";
import { controlSocket, type DaemonStatus } from "../supervisor/control-protocol.ts";
import { supervisorErrors } from "../supervisor/errors.ts";
import { serveControl } from "../supervisor/control-server.ts";
import { LogKeeper } from "../supervisor/log-keeper.ts";
import { ProcessLedger } from "../supervisor/process-ledger.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import { ownIdentity } from "./daemon-process.ts";
import { daemonFile } from "./running-daemon.ts";
import { readStack } from "./stack.ts";
import { unitsOf } from "./units.ts";

/** Often enough for a machine that sleeps: while it does, no timer runs. */
const renewEveryMs = 3_600_000;

/** The pipe to whoever started the daemon: one line, "ready" or why not. */
const starterDescriptor = 3;

/**
 * The daemon of one stack: `node daemon-main.ts STATE-FOLDER`. It outlives the command that started it and ends when
 * asked to on its socket, or by SIGTERM, after everything that it runs has ended.
 */
async function main(stateFolder: string): Promise<void> {
  process.umask(0o077);
  process.stderr.on("error", () => undefined); // its log is on a disk that may be full
  const stack = await readStack(stateFolder);
  if (!stack) throw new Error(`no stack is recorded in ${stateFolder}`);
  const ledger = new ProcessLedger(path.join(stack.folders.run, "processes"));
  const supervisor = new Supervisor({ units: unitsOf(stack), ledger, stack: stack.id, log });
  const logs = new LogKeeper({ folder: stack.folders.logs });
  logs.start((error) => log(`logs: ${messageOf(error)}`));
  setInterval(() => void supervisor.renew(), renewEveryMs).unref();
  let unavailable: Readonly<Record<string, SerialisedError>> = {};
  const status = (): DaemonStatus => ({
    pid: process.pid,
    units: supervisor.status(),
    unavailable,
  });
  const force = new AbortController();
  let stopping = false;
  const stop = async (forced: boolean): Promise<DaemonStatus> => {
    if (forced) force.abort();
    stopping = true;
    await supervisor.stop(undefined, force.signal);
    setImmediate(() => {
      server.close(() => process.exit(0));
      server.closeIdleConnections();
    });
    return status();
  };
  const server = await serveControl(controlSocket(stack.folders.run), {
    start: async (request, onEvent) => {
      if (stopping)
        throw supervisorErrors.DS_SUPERVISOR_STOPPING("the stack is being stopped", {
          hint: "devstack wait vault --status stopped; then devstack up",
        });
      unavailable = request.unavailable;
      using _following = supervisor.follow(onEvent);
      await supervisor.start(request.units);
      return status();
    },
    stop: async (request, onEvent) => {
      using _following = supervisor.follow(onEvent);
      return await stop(request.force ?? false); // awaited: the listener goes when this returns
    },
    restart: async (request, onEvent) => {
      using _following = supervisor.follow(onEvent);
      await supervisor.restart(request.name);
      return status();
    },
    status: async () => status(),
    logs: async () => logs.tails(),
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      log(`${signal}: stopping`);
      stop(stopping).catch((error: unknown) => log(messageOf(error)));
    });
  }
  await writeFileAtomically(daemonFile(stack), JSON.stringify(ownIdentity()));
  log(`daemon of ${stack.id} (${stack.folder}) is pid ${process.pid}`);
}

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

function tellStarter(line: string): void {
  writeSync(starterDescriptor, `${line}\n`);
  closeSync(starterDescriptor);
}

const [, , stateFolder] = process.argv;
try {
  if (!stateFolder) throw new Error("usage: daemon-main.ts STATE-FOLDER");
  await main(stateFolder);
  tellStarter("ready");
} catch (error) {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  tellStarter(messageOf(error));
  process.exit(1);
}
