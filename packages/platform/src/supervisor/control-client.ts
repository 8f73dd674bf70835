import http from "node:http";
import readline from "node:readline";
import { DevStackError, errnoOf, messageOf } from "../shared/errors.ts";
import type {
  ControlLine,
  ControlOperation,
  ControlRequests,
  ControlResults,
} from "./control-protocol.ts";
import { supervisorErrors } from "./errors.ts";
import type { UnitEvent } from "./unit.ts";

/**
 * Asks the daemon; events are told as they come. Undefined when no daemon listens there; rejects with the daemon's
 * own error, or with DS_DAEMON_UNREACHABLE when it goes away in the middle.
 */
export async function askDaemon<Operation extends ControlOperation>(
  socket: string,
  operation: Operation,
  request: ControlRequests[Operation],
  options: { readonly onEvent?: (event: UnitEvent) => void; readonly signal?: AbortSignal } = {},
): Promise<ControlResults[Operation] | undefined> {
  const response = await send(socket, operation, request, options.signal);
  if (!response) return undefined;
  try {
    for await (const text of readline.createInterface({ input: response })) {
      const line = JSON.parse(text) as ControlLine;
      if ("event" in line) options.onEvent?.(line.event);
      else if ("result" in line) return line.result as ControlResults[Operation];
      else throw DevStackError.fromJSON(line.error);
    }
  } catch (error) {
    if (error instanceof DevStackError) throw error;
    throw unreachable(socket, error);
  }
  throw unreachable(socket, new Error("it ended before it answered"));
}

async function send(
  socket: string,
  operation: string,
  request: unknown,
  signal: AbortSignal | undefined,
): Promise<http.IncomingMessage | undefined> {
  try {
    return await new Promise((resolve, reject) => {
      const asked = http.request(
        {
          socketPath: socket,
          path: `/${operation}`,
          method: "POST",
          agent: false,
          ...(signal ? { signal } : {}),
        },
        resolve,
      );
      asked.once("error", reject);
      asked.end(JSON.stringify(request));
    });
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ECONNREFUSED") return undefined;
    signal?.throwIfAborted();
    throw unreachable(socket, error);
  }
}

function unreachable(socket: string, cause: unknown): DevStackError {
  return supervisorErrors.DS_DAEMON_UNREACHABLE(
    `the daemon at ${socket} does not answer: ${messageOf(cause)}`,
    {
      hint: "devstack logs daemon; devstack down",
      cause,
    },
  );
}
