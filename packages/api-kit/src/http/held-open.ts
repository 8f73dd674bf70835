import type { IncomingMessage } from "node:http";
import { finished, Readable } from "node:stream";

/** How much of it is still taken, and for how long. */
export interface Patience {
  readonly bytes: number;
  readonly ms: number;
}

const usual: Patience = { bytes: 256 * 1024 * 1024, ms: 10_000 };

/** Whether the request has a body that has not wholly come yet. */
export function isStillSent({ complete, headers }: IncomingMessage): boolean {
  if (complete !== false) return false;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/**
 * An answer to a request that is still being sent. A client whose connection ends while it sends may never read why, so
 * all of the text goes out at once, and its end only when the request's has come; what comes is thrown away. Whoever
 * sends for ever is cut off.
 */
export function heldOpen(text: string, request: IncomingMessage, patience = usual): Readable {
  const pieces = async function* (): AsyncGenerator<string> {
    yield text;
    await discardBody(request, patience);
  };
  return Readable.from(pieces());
}

async function discardBody(request: IncomingMessage, patience: Patience): Promise<void> {
  const { socket } = request;
  const cutOff = setTimeout(() => socket.destroy(), patience.ms);
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > patience.bytes) socket.destroy();
  });
  await new Promise<void>((resolve) => {
    finished(request, { writable: false }, () => resolve());
  });
  clearTimeout(cutOff);
}
