import type { Socket } from "node:net";
import type { MemoryBudget } from "./memory-budget.ts";
import { RequestParser, RequestSyntaxError, type ParsedRequest } from "./request-parser.ts";
import { errorResponse, serialise, type HttpResponse } from "./response.ts";

export type HttpHandler = (request: ParsedRequest, remoteAddress: string) => Promise<HttpResponse>;

/** Vault's max_request_size. */
const bodyLimit = 32 * 1024 * 1024;
const idleMs = 300_000;
/** A request has to come in whole within this time. */
const requestMs = 90_000;
/** What may lie unread while a request is being answered. */
const pipelineBytes = 64 * 1024;
/** How long a client may take to read an answer before it gets no further one. */
const drainMs = 60_000;

/** One client's connection: requests are answered in turn, one after the other. */
export class Connection {
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #handle: HttpHandler;
  readonly #parser: RequestParser;
  readonly #remoteAddress: string;
  readonly #budget: MemoryBudget;
  #held = 0;
  #busy = false;
  #closing = false;
  /** The client has said that it sends no more; what it sent is still answered. */
  #ended = false;
  #requestTimer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, handle: HttpHandler, budget: MemoryBudget) {
    this.#socket = socket;
    this.#handle = handle;
    this.#budget = budget;
    this.#remoteAddress = socket.remoteAddress ?? "";
    this.#parser = new RequestParser(bodyLimit, () =>
      socket.write("HTTP/1.1 100 Continue\r\n\r\n"),
    );
    socket.setNoDelay(true);
    socket.setTimeout(idleMs, () => {
      if (!this.#busy) socket.destroy();
    });
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", () => socket.destroy());
    socket.on("end", () => {
      this.#ended = true;
      if (!this.#busy) socket.end();
    });
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        clearTimeout(this.#requestTimer);
        this.#budget.change(this.#held, 0);
        this.#held = 0;
        resolve();
      });
    });
  }

  /** Ends it now when it is idle, else as soon as the answer under way is sent. */
  close(): void {
    this.#closing = true;
    if (!this.#busy) this.#socket.destroySoon();
  }

  #receive(chunk: Buffer): void {
    this.#parser.push(chunk);
    if (this.#busy) {
      if (this.#parser.buffered > pipelineBytes) this.#socket.pause();
    } else if (this.#hold()) void this.#proceed();
    else this.#refuse();
  }

  async #proceed(): Promise<void> {
    this.#busy = true;
    try {
      for (
        let request = this.#parser.next();
        request !== undefined;
        request = this.#parser.next()
      ) {
        this.#watch(false);
        this.#hold();
        const response = await this.#handle(request, this.#remoteAddress);
        const keepAlive = request.keepAlive && !this.#closing;
        const sent = this.#socket.write(serialise(response, request.method === "HEAD", keepAlive));
        if (!keepAlive) return this.#finish();
        if (!sent && !(await this.#drained())) return;
      }
      if (this.#ended) return this.#finish();
      this.#watch(this.#parser.midRequest);
      if (this.#socket.isPaused()) this.#socket.resume();
    } catch (error) {
      if (!(error instanceof RequestSyntaxError)) throw error;
      this.#socket.write(serialise(errorResponse(error.status, [error.message]), false, false));
      this.#finish();
    } finally {
      this.#busy = false;
    }
  }

  /** False when too much is held over all connections. */
  #hold(): boolean {
    const { held } = this.#parser;
    if (!this.#budget.change(this.#held, held)) return false;
    this.#held = held;
    return true;
  }

  #refuse(): void {
    const texts = ["too many large requests at once: try again later"];
    this.#socket.write(serialise(errorResponse(503, texts), false, false));
    this.#finish();
  }

  /** Whether the client has read what was sent; one that does not is let go, with whatever else it has asked. */
  async #drained(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => this.#socket.destroy(), drainMs).unref();
    this.#socket.once("drain", () => resolve(true));
    void this.closed.then(() => resolve(false));
    const drained = await promise;
    clearTimeout(timer);
    return drained;
  }

  /** The client may still be sending: read that off for a moment, or it would get a reset instead of the answer. */
  #finish(): void {
    this.#socket.removeAllListeners("data");
    this.#socket.end();
    this.#socket.resume();
    this.#socket.setTimeout(1000, () => this.#socket.destroy());
  }

  #watch(midRequest: boolean): void {
    if (midRequest === (this.#requestTimer !== undefined)) return;
    clearTimeout(this.#requestTimer);
    this.#requestTimer = midRequest
      ? setTimeout(() => this.#socket.destroy(), requestMs).unref()
      : undefined;
  }
}
