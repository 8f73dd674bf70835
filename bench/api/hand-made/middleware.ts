import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { LineBuffer } from "./line-buffer.ts";
import { RequestCounts } from "./request-counts.ts";
import { SlidingLimit } from "./sliding-limit.ts";

/** Everything that the reference APIs do around `/health/`, written by hand for Node's own server: what a framework is measured against. */
export class Middleware {
  readonly #log = new LineBuffer(1);
  readonly #counts = new RequestCounts();
  readonly #limit = new SlidingLimit(Number(process.env["RATE_LIMIT_HEALTH"]));

  /** Whether the request may go on; it has been answered otherwise. */
  begin(request: IncomingMessage, response: ServerResponse): boolean {
    const startedAt = performance.now();
    const id = requestId(request);
    this.#counts.inProgress += 1;
    response.setHeader("x-request-id", id);
    allowOrigin(request, response);
    const now = Date.now();
    const client = request.socket.remoteAddress ?? "";
    const { allowed, remaining, resetAt } = this.#limit.check(client, now);
    response.setHeader("x-ratelimit-limit", this.#limit.most);
    response.setHeader("x-ratelimit-remaining", remaining);
    response.setHeader("x-ratelimit-reset", resetAt);
    response.once("finish", () => {
      const { method = "", url = "" } = request;
      const milliseconds = performance.now() - startedAt;
      this.#counts.inProgress -= 1;
      this.#counts.count(method, url, response.statusCode, milliseconds / 1000);
      this.#log.write(
        lineOf({ id, method, url, client, status: response.statusCode, milliseconds }),
      );
    });
    if (allowed) return true;
    response.setHeader("retry-after", Math.max(1, resetAt - Math.floor(now / 1000)));
    answer(response, 429, { error: "RateLimitError", status_code: 429, request_id: id });
    return false;
  }
}

export function answer(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.statusCode = status;
  response.setHeader("content-type", "application/json; charset=utf-8");
  response.setHeader("content-length", Buffer.byteLength(body));
  response.end(body);
}

const wellFormedId = /^[A-Za-z0-9._-]{1,128}$/;

function requestId(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && wellFormedId.test(given) ? given : randomUUID();
}

const origins = new Set(
  ["localhost", "127.0.0.1"].flatMap((host) =>
    [3000, 8000, 8001, 8002, 8080].map((port) => `http://${host}:${port}`),
  ),
);
const exposed =
  "X-Request-ID, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, ETag, X-Cache";

function allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader("vary", "Origin");
  if (headers.origin === undefined || !origins.has(headers.origin)) return;
  response.setHeader("access-control-allow-origin", headers.origin);
  response.setHeader("access-control-allow-credentials", "true");
  response.setHeader("access-control-expose-headers", exposed);
}

interface Answered {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly client: string;
  readonly status: number;
  readonly milliseconds: number;
}

/** The URL is the client's, so it alone has to be escaped. */
function lineOf({ id, method, url, client, status, milliseconds }: Answered): string {
  return `{"level":"info","time":"${new Date().toISOString()}","request_id":"${id}","method":"${method}","path":${JSON.stringify(url)},"client":"${client}","status":${status},"duration_ms":${milliseconds.toFixed(3)},"msg":"request"}\n`;
}
