import { GrowingBuffer } from "./growing-buffer.ts";

/** Header names in lower case; the values of a repeated one joined by ", ". */
export type IncomingHttpHeaders = Readonly<Record<string, string | undefined>>;

export interface ParsedRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly keepAlive: boolean;
  readonly body: Buffer;
}

/** What came in is no request that this server reads; the connection can't be used any further. */
export class RequestSyntaxError extends Error {
  override readonly name = "RequestSyntaxError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Head {
  readonly method: string;
  readonly target: string;
  readonly headers: Record<string, string | undefined>;
  readonly keepAlive: boolean;
}

const headLimit = 32 * 1024;
const chunkLineLimit = 256;
const headEnd = Buffer.from("\r\n\r\n");
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([\x21-\x7e]+) HTTP\/1\.([01])$/;
// oxlint-disable-next-line no-control-regex -- these are the characters that RFC 9110 5.5 forbids in a value
const badValue = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * Reads HTTP/1.1 requests from one connection, one at a time. Node's own server can't serve Vault's clients, since its
 * parser refuses the method LIST. This parser stands alone in front of the handlers, so there is no second one to
 * disagree with about where a request ends; whatever RFC 9112 leaves to be guessed is refused.
 */
export class RequestParser {
  readonly #bodyLimit: number;
  /** Called when a client waits for "100 Continue" before it sends its body. */
  readonly #onContinue: () => void;
  #input: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  /** Bytes of body (or of the chunk under way) that are still to come; -1 between chunks. */
  #missing = 0;
  #chunked = false;
  #trailers = false;
  #body = new GrowingBuffer();

  constructor(bodyLimit: number, onContinue: () => void) {
    this.#bodyLimit = bodyLimit;
    this.#onContinue = onContinue;
  }

  /** Whether a request has begun that is not there whole. */
  get midRequest(): boolean {
    return this.#head !== undefined || this.#input.length > 0;
  }

  get buffered(): number {
    return this.#input.length;
  }

  /** Bytes that are kept of a request that has not come in whole, and of what came behind it. */
  get held(): number {
    return this.#input.length + this.#body.bytes.length;
  }

  push(chunk: Buffer): void {
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
  }

  /** The next whole request, if it is there; throws RequestSyntaxError. */
  next(): ParsedRequest | undefined {
    if (this.#head === undefined && !this.#readHead()) return undefined;
    const head = this.#head;
    if (head === undefined || !(this.#chunked ? this.#readChunks() : this.#readCounted()))
      return undefined;
    const body = this.#body.bytes;
    this.#head = undefined;
    this.#body = new GrowingBuffer();
    return { ...head, body };
  }

  #readHead(): boolean {
    // RFC 9112 2.2: an empty line before a request is to be ignored.
    while (this.#input[0] === 13 && this.#input[1] === 10) this.#input = this.#input.subarray(2);
    const end = this.#input.indexOf(headEnd);
    if (end === -1 ? this.#input.length > headLimit : end > headLimit) {
      throw new RequestSyntaxError(431, "request header fields too large");
    }
    if (end === -1) return false;
    const lines = this.#input.toString("latin1", 0, end).split("\r\n");
    this.#input = this.#input.subarray(end + headEnd.length);
    this.#head = this.#begin(lines);
    return true;
  }

  #begin(lines: readonly string[]): Head {
    const [, method, target, minor] = requestLine.exec(lines[0] ?? "") ?? [];
    if (method === undefined || target === undefined)
      throw new RequestSyntaxError(400, "malformed request line");
    const headers = parseHeaders(lines);
    const connection = (headers["connection"] ?? "").toLowerCase();
    if (minor === "1" && headers["host"] === undefined)
      throw new RequestSyntaxError(400, "missing Host header");
    const keepAlive =
      minor === "1" ? !connection.includes("close") : connection.includes("keep-alive");
    this.#frame(headers, minor === "1");
    return { method, target, headers, keepAlive };
  }

  /** RFC 9112 6: how long the body is. Both framings at once is how requests are smuggled. */
  #frame(headers: IncomingHttpHeaders, http11: boolean): void {
    const encoding = headers["transfer-encoding"];
    const length = headers["content-length"];
    this.#chunked = encoding !== undefined;
    this.#trailers = false;
    if (encoding !== undefined) {
      if (length !== undefined)
        throw new RequestSyntaxError(400, "both Transfer-Encoding and Content-Length");
      if (!http11 || encoding.toLowerCase() !== "chunked") {
        throw new RequestSyntaxError(501, "unsupported transfer encoding");
      }
      this.#missing = -1;
    } else {
      if (length !== undefined && !/^\d{1,15}$/.test(length)) {
        throw new RequestSyntaxError(400, "malformed Content-Length");
      }
      this.#missing = Number(length ?? 0);
      if (this.#missing > this.#bodyLimit)
        throw new RequestSyntaxError(413, "request body too large");
    }
    const expects = headers["expect"];
    if (expects === undefined) return;
    if (expects.toLowerCase() !== "100-continue")
      throw new RequestSyntaxError(417, "unsupported expectation");
    if ((this.#chunked || this.#missing > 0) && this.#input.length === 0) this.#onContinue();
  }

  #readCounted(): boolean {
    this.#take();
    return this.#missing === 0;
  }

  /** Moves what is there of the body out of the input, so that a large one is not copied again with every piece. */
  #take(): void {
    const part = this.#input.subarray(0, this.#missing);
    if (part.length === 0) return;
    if (this.#body.bytes.length + part.length > this.#bodyLimit)
      throw new RequestSyntaxError(413, "request body too large");
    this.#body.append(part);
    this.#missing -= part.length;
    this.#input = this.#input.subarray(part.length);
  }

  #readChunks(): boolean {
    for (;;) {
      if (this.#trailers) return this.#skipTrailers();
      if (this.#missing === -1) {
        const line = this.#line(chunkLineLimit);
        if (line === undefined) return false;
        const size = /^([0-9A-Fa-f]{1,8})(?:[ \t]*;.*)?$/.exec(line)?.[1];
        if (size === undefined) throw new RequestSyntaxError(400, "malformed chunk");
        this.#missing = parseInt(size, 16);
        if (this.#missing === 0) {
          this.#trailers = true;
          continue;
        }
      }
      this.#take();
      if (this.#missing > 0 || this.#input.length < 2) return false;
      if (this.#input[0] !== 13 || this.#input[1] !== 10)
        throw new RequestSyntaxError(400, "malformed chunk");
      this.#input = this.#input.subarray(2);
      this.#missing = -1;
    }
  }

  #skipTrailers(): boolean {
    for (;;) {
      const line = this.#line(headLimit);
      if (line === undefined) return false;
      if (line === "") return true;
      parseHeader(line);
    }
  }

  #line(limit: number): string | undefined {
    const end = this.#input.indexOf("\r\n");
    if (end === -1 ? this.#input.length > limit : end > limit)
      throw new RequestSyntaxError(400, "line too long");
    if (end === -1) return undefined;
    const line = this.#input.toString("latin1", 0, end);
    this.#input = this.#input.subarray(end + 2);
    return line;
  }
}

function parseHeaders(lines: readonly string[]): Record<string, string | undefined> {
  // Without a prototype, so that no header name finds anything but a header.
  const headers = Object.create(null) as Record<string, string | undefined>;
  for (let index = 1; index < lines.length; index += 1) {
    const [name, value] = parseHeader(lines[index] ?? "");
    const known = headers[name];
    if (
      known !== undefined &&
      (name === "host" || name === "content-length" || name === "transfer-encoding")
    ) {
      throw new RequestSyntaxError(400, `repeated ${name} header`);
    }
    headers[name] = known === undefined ? value : `${known}, ${value}`;
  }
  return headers;
}

function parseHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon));
  const value = trimmed(line.slice(colon + 1));
  if (!token.test(name) || badValue.test(value))
    throw new RequestSyntaxError(400, "malformed header");
  return [name.toLowerCase(), value];
}

/** Without spaces and tabs around it. Not by a pattern, which would look at a run of spaces from each place in it. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (text[start] === " " || text[start] === "\t") start += 1;
  while (end > start && (text[end - 1] === " " || text[end - 1] === "\t")) end -= 1;
  return text.slice(start, end);
}
