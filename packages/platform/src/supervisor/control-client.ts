import { once } from "node:events";
import net from "node:net";
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
  options.signal?.throwIfAborted();
  const connection = net.connect({
    path: socket,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  try {
    await once(connection, "connect");
    connection.write(requestText(operation, JSON.stringify(request)));
    for await (const text of bodyLines(connection)) {
      const line = JSON.parse(text) as ControlLine;
      if ("event" in line) options.onEvent?.(line.event);
      else if ("result" in line) return line.result as ControlResults[Operation];
      else throw DevStackError.fromJSON(line.error);
    }
    throw new Error("it ended before it answered");
  } catch (error) {
    if (error instanceof DevStackError) throw error;
    options.signal?.throwIfAborted();
    if (["ENOENT", "ECONNREFUSED"].includes(errnoOf(error) ?? "")) return undefined;
    throw unreachable(socket, error);
  } finally {
    connection.destroy();
  }
}

/**
 * Version 1.0, so that the answer comes as it is until the connection ends. Written by hand, because loading Node's own
 * client takes longer than all else that `status` does.
 */
function requestText(operation: string, body: string): string {
  return `POST /${operation} HTTP/1.0\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** The lines after the first empty one. */
async function* bodyLines(connection: net.Socket): AsyncGenerator<string> {
  let rest = "";
  let isBody = false;
  for await (const chunk of connection.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (isBody) yield line;
      else isBody = line.trim() === "";
    }
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
