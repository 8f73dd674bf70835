import { chmod, rm } from "node:fs/promises";
import http from "node:http";
import { toDevStackError } from "../shared/errors.ts";
import { nearest } from "../shared/nearest.ts";
import type {
  ControlLine,
  ControlOperation,
  ControlRequests,
  ControlResults,
} from "./control-protocol.ts";
import type { UnitEvent } from "./unit.ts";

type Handlers = {
  readonly [Operation in ControlOperation]: (
    request: ControlRequests[Operation],
    onEvent: (event: UnitEvent) => void,
  ) => Promise<ControlResults[Operation]>;
};

const bodyLimitBytes = 1024 * 1024;

/** Listens on the socket, mode 600, until closed. */
export async function serveControl(socket: string, handlers: Handlers): Promise<http.Server> {
  await rm(socket, { force: true });
  const server = http.createServer((request, response) => void answer(request, response, handlers));
  server.requestTimeout = 0; // a first start may take as long as it takes
  const former = process.umask(0o177); // the socket is 600 from its first moment
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(socket, resolve);
    });
  } finally {
    process.umask(former);
  }
  await chmod(socket, 0o600);
  return server;
}

async function answer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  handlers: Handlers,
): Promise<void> {
  const write = (line: ControlLine): void => void response.write(`${JSON.stringify(line)}\n`);
  response.setHeader("Content-Type", "application/x-ndjson");
  response.on("error", () => undefined); // the caller went away; what it asked for goes on
  try {
    const operation = (request.url ?? "").slice(1);
    if (request.method !== "POST" || !Object.hasOwn(handlers, operation)) {
      response.statusCode = 404;
      const meant = nearest(operation, Object.keys(handlers));
      throw new Error(`no operation "${operation}"${meant ? `; did you mean "${meant}"?` : ""}`);
    }
    const body = JSON.parse(await readBody(request)) as never;
    const result = await handlers[operation as ControlOperation](body, (event) => write({ event }));
    write({ result });
  } catch (error) {
    write({ error: toDevStackError(error).toJSON() });
  }
  response.end();
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimitBytes) throw new Error(`a request has at most ${bodyLimitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
