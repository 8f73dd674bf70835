import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import path from "node:path";
import { acquireLock } from "../shared/lock.ts";
import { identify, type ProcessIdentity } from "../shared/process-identity.ts";
import { programFile } from "../shared/program-file.ts";
import { askDaemon } from "../supervisor/control-client.ts";
import { controlSocket } from "../supervisor/control-protocol.ts";
import { appErrors } from "./errors.ts";
import { runningDaemon } from "./running-daemon.ts";
import type { Stack } from "./stack.ts";

/** What the daemon needs of the caller's environment; nothing else of it reaches the daemon or an engine. */
const passedOn = [
  "PATH",
  "NODE_COMPILE_CACHE",
  "HOME",
  "LANG",
  "TZ",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "PIP_CERT",
];

/** A small young generation: the daemon waits nearly all its life, and would keep what its start needed for a moment. */
const nodeArguments = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=2"];

/** Starts the stack's daemon unless one answers. Two callers at once: the second waits and finds the first one's. */
export async function ensureDaemon(
  stack: Stack,
  options: { readonly onWait?: (pid: number) => void } = {},
): Promise<void> {
  const socket = controlSocket(stack.folders.run);
  await using _lock = await acquireLock(path.join(stack.folders.run, "start.lock"), {
    onWait: (holder) => options.onWait?.(holder.pid),
  });
  if ((await runningDaemon(stack)) && (await askDaemon(socket, "status", {}))) return;
  await spawnDaemon(stack);
}

async function spawnDaemon(stack: Stack): Promise<void> {
  const logFile = path.join(stack.folders.logs, "daemon.log");
  const log = await open(logFile, "a", 0o600);
  const child = spawn(
    process.execPath,
    [...nodeArguments, programFile("daemon"), stack.folders.state],
    {
      cwd: stack.folders.state,
      env: Object.fromEntries(
        passedOn.flatMap((name) =>
          process.env[name] === undefined ? [] : [[name, process.env[name]]],
        ),
      ),
      stdio: ["ignore", log.fd, log.fd, "pipe"],
      detached: true,
    },
  );
  await log.close();
  const words = child.stdio[3];
  if (!words || !("on" in words)) throw new Error("the daemon's pipe is missing");
  let said = "";
  words.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await new Promise<void>((resolve) => {
    words.once("close", resolve);
    child.once("error", () => resolve());
  });
  if (said.trim() !== "ready") {
    throw appErrors.DS_DAEMON_NOT_STARTED(
      `the stack's daemon did not start${said.trim() === "" ? "" : `: ${said.trim()}`}`,
      {
        hint: `look at ${logFile}`,
      },
    );
  }
  child.unref();
}

/** This process's own identity, for the daemon to leave on disk. */
export function ownIdentity(): ProcessIdentity {
  const own = identify(process.pid);
  if (!own) throw new Error("this process can't find its own start time");
  return own;
}
