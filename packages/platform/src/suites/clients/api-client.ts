import { readFile } from "node:fs/promises";
import { type IncomingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
import { portOf, type StackHandle } from "../stack-handle.ts";

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Undefined where the text is no JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

export interface ApiRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of a body; of what type it is the headers say. */
  readonly text?: string;
  /** Over TLS the certificate has to verify against these; the stack's root unless said. */
  readonly ca?: string | Buffer;
  /** And carry this name. */
  readonly servername?: string;
}

const answersWithinMs = 10_000;

/** Asks one of the reference APIs as any client would, on a connection of its own. */
export async function askApi(
  stack: StackHandle,
  api: string,
  at: string,
  request: ApiRequest = {},
  scheme: "http" | "https" = "http",
): Promise<ApiAnswer> {
  const port = portOf(stack, api, scheme);
  if (scheme === "http") return askAt({ port }, at, request);
  const { ca = await readFile(stack.keyStore.caFile), servername = "localhost" } = request;
  return askAt({ port, ca, servername }, at, request);
}

/** The same at a port of 127.0.0.1; over TLS where there is something to verify the certificate against. */
export async function askAt(
  place: { readonly port: number } & Pick<ApiRequest, "ca" | "servername">,
  at: string,
  { method = "GET", body, text: given, headers = {} }: ApiRequest = {},
): Promise<ApiAnswer> {
  const content = body === undefined ? given : JSON.stringify(body);
  const options = {
    host: "127.0.0.1",
    method,
    path: at,
    agent: false,
    signal: AbortSignal.timeout(answersWithinMs),
    headers: {
      ...(content === undefined ? {} : { "content-length": Buffer.byteLength(content) }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...place,
  } as const;
  return new Promise((resolve, reject) => {
    const request = place.ca === undefined ? requestHttp(options) : requestHttps(options);
    request.once("error", reject);
    request.once("response", (response) => {
      const { statusCode: status = 0, headers: received } = response;
      text(response)
        .then((words) => resolve({ status, headers: received, text: words, json: objectIn(words) }))
        .catch(reject);
    });
    request.end(content);
  });
}

function objectIn(received: string): ApiAnswer["json"] {
  try {
    const value: unknown = JSON.parse(received);
    return typeof value === "object" && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined; // a page, or text
  }
}
