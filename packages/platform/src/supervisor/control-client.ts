import { once } from "node:events";
import net from "node:net";
import { DevStackError, errnoOf } from "../shared/errors.ts";
import type {
  ControlLine,
  ControlOperation,
  ControlRequests,
  ControlResults,
} from "./control-protocol.ts";
import { supervisorErrors } from "./errors.ts";
import type { UnitEvent } from "./unit.ts";

/** What changes nothing: whoever asks for it of a daemon that ends in that moment finds none. */
const readOnly: readonly ControlOperation[] = ["status", "logs"];
/** How long an answer to that may take: it lies ready. */
const answersWithinMs = 10_000;

/**
 * Asks the daemon; events are told as they come. Undefined when no daemon listens there; rejects with the daemon's own
 * error, with DS_DAEMON_ENDED when it ends before it has done what it was asked for, and with DS_DAEMON_UNREACHABLE when
 * it goes on and does not answer.
 */
export async function askDaemon<Operation extends ControlOperation>(
  socket: string,
  operation: Operation,
  request: ControlRequests[Operation],
  options: {
    readonly onEvent?: (event: UnitEvent) => void;
    readonly signal?: AbortSignal;
    readonly answersWithinMs?: number;
  } = {},
): Promise<ControlResults[Operation] | undefined> {
  options.signal?.throwIfAborted();
  const withinMs = options.answersWithinMs ?? answersWithinMs;
  const late = readOnly.includes(operation) ? AbortSignal.timeout(withinMs) : undefined;
  const signals = [options.signal, late].filter((signal) => signal !== undefined);
  const connection = net.connect({ path: socket, signal: AbortSignal.any(signals) });
  let cause: unknown;
  try {
    await once(connection, "connect");
    connection.write(requestText(operation, JSON.stringify(request)));
    for await (const text of bodyLines(connection)) {
      const line = JSON.parse(text) as ControlLine;
      if ("event" in line) options.onEvent?.(line.event);
      else if ("result" in line) return line.result as ControlResults[Operation];
      else throw DevStackError.fromJSON(line.error);
    }
  } catch (error) {
    if (error instanceof DevStackError) throw error;
    options.signal?.throwIfAborted();
    if (late?.aborted)
      throw unreachable(socket, `did not answer within ${withinMs / 1000} s`, error);
    if (isNobodyThere(error)) return undefined;
    cause = error;
  } finally {
    connection.destroy();
  }
  if (await listens(socket))
    throw unreachable(socket, "closed the connection before it answered", cause);
  if (readOnly.includes(operation)) return undefined;
  throw supervisorErrors.DS_DAEMON_ENDED(
    "the stack's daemon ended before it had done what it was asked for",
    { hint: "devstack logs daemon; then devstack up, or devstack down", cause },
  );
}

function isNobodyThere(error: unknown): boolean {
  return ["ENOENT", "ECONNREFUSED"].includes(errnoOf(error) ?? "");
}

async function listens(socket: string): Promise<boolean> {
  const connection = net.connect({ path: socket });
  try {
    await once(connection, "connect");
    return true;
  } catch (error) {
    if (isNobodyThere(error)) return false;
    throw error;
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

function unreachable(socket: string, how: string, cause: unknown): DevStackError {
  return supervisorErrors.DS_DAEMON_UNREACHABLE(`the daemon at ${socket} ${how}`, {
    hint: "devstack logs daemon; devstack down --force ends it with all that it runs",
    cause,
  });
}
