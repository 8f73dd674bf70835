import { randomUUID } from "node:crypto";
import { type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import {
  BadRequestError,
  type BaseAPIException,
  HeaderTooLargeError,
  RequestTimeoutError,
} from "../errors/api-errors.ts";
import { bodyLimitBytes } from "./content-types.ts";

/** What both servers, HTTP's and HTTPS's, ask of a connection. */
export const serverLimits = {
  keepAliveTimeout: 72_000,
  /** For a whole request, its body too. */
  requestTimeout: 60_000,
} as const;

/** Further ones, which Fastify takes apart from these. What is wrong with a header is ours to say. */
export const headerRules = { requireHostHeader: false, joinDuplicateHeaders: true } as const;

/** Long enough for the client to read why. */
const lingerMs = 1000;

/** What the parser of HTTP says; all else of its codes (`HPE_…`) is one thing. */
const errorsByCode: Readonly<Record<string, () => BaseAPIException>> = {
  ERR_HTTP_REQUEST_TIMEOUT: () => new RequestTimeoutError("The request took too long to come."),
  HPE_HEADER_OVERFLOW: () => new HeaderTooLargeError("The request's header is too large."),
};

/** Answers what never becomes a request, which no hook and no handler sees, in the same envelope. */
export class UnreadRequests {
  readonly #context: ApiContext;
  readonly #refused = new WeakSet<Duplex>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /** For the event of that name. It comes again with all that is sent afterwards. */
  readonly clientError = (error: NodeJS.ErrnoException, socket: Duplex): void => {
    const { code = "" } = error;
    if (this.#refused.has(socket)) return;
    const known = errorsByCode[code];
    if (known) this.#refuse(socket, known());
    else if (code.startsWith("HPE_"))
      this.#refuse(socket, new BadRequestError("The request can't be read."));
    else socket.destroy();
  };

  /** Where Node would answer by itself. */
  watch(server: Server, routing: FastifyInstance["routing"]): void {
    server.on("connect", (_request, socket: Duplex) =>
      this.#refuse(socket, new BadRequestError("This is no proxy.")),
    );
    server.on("checkExpectation", routing); // RFC 9110, 10.1.1: one that is not known may be passed over
    server.on("checkContinue", (request, response) => {
      // Nobody is asked to send what is refused.
      if (!(Number(request.headers["content-length"]) > bodyLimitBytes)) response.writeContinue();
      routing(request, response);
    });
  }

  #refuse(socket: Duplex, error: BaseAPIException): void {
    this.#refused.add(socket);
    this.#context.metrics.countError(error.name, error.statusCode);
    if (!socket.writable) return void socket.destroy();
    const id = randomUUID();
    const body = JSON.stringify(error.toEnvelope(id));
    socket.end(
      [
        `HTTP/1.1 ${error.statusCode} ${STATUS_CODES[error.statusCode]}`,
        `x-request-id: ${id}`,
        "content-type: application/json; charset=utf-8",
        `content-length: ${Buffer.byteLength(body)}`,
        "connection: close",
        "",
        body,
      ].join("\r\n"),
    );
    socket.resume(); // closed with something unread, the connection is reset, and the answer may be lost
    const cutOff = setTimeout(() => socket.destroy(), lingerMs);
    socket.once("close", () => clearTimeout(cutOff));
  }
}
