import { STATUS_CODES } from "node:http";

export interface HttpResponse {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export function jsonResponse(status: number, document: unknown): HttpResponse {
  return { status, contentType: "application/json", body: `${JSON.stringify(document)}\n` };
}

export function errorResponse(status: number, errors: readonly string[]): HttpResponse {
  return jsonResponse(status, { errors });
}

let dateHeader = "";
let dateSecond = 0;

function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateHeader = new Date(second * 1000).toUTCString();
  }
  return dateHeader;
}

/** The bytes of a response; a HEAD request gets those of the head alone. */
export function serialise(response: HttpResponse, head: boolean, keepAlive: boolean): Buffer {
  const { status, contentType, body = "", headers = {} } = response;
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Status"}\r\nCache-Control: no-store\r\n`;
  if (contentType !== undefined) text += `Content-Type: ${contentType}\r\n`;
  for (const [name, value] of Object.entries(headers)) text += `${name}: ${value}\r\n`;
  text += `Strict-Transport-Security: max-age=31536000; includeSubDomains\r\nDate: ${httpDate()}\r\n`;
  if (!keepAlive) text += "Connection: close\r\n";
  text += status === 204 || status === 304 ? "\r\n" : `Content-Length: ${length}\r\n\r\n`;
  if (head || status === 204 || length === 0) return Buffer.from(text, "latin1");
  return typeof body === "string"
    ? Buffer.from(text + body)
    : Buffer.concat([Buffer.from(text, "latin1"), body]);
}
