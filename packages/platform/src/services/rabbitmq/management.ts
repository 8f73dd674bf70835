import http from "node:http";

export interface ManagementLogin {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface ManagementAnswer {
  readonly status: number;
  /** Parsed; undefined when there was none. */
  readonly body: unknown;
}

const requestTimeoutMs = 10_000;

/** One request to the management API, whatever its status; rejects when there is no answer in time. */
export async function askManagement(
  login: ManagementLogin,
  method: "GET" | "PUT" | "DELETE",
  path: string,
  options: { readonly body?: unknown; readonly signal?: AbortSignal } = {},
): Promise<ManagementAnswer> {
  options.signal?.throwIfAborted();
  const limit = AbortSignal.timeout(requestTimeoutMs);
  const payload = options.body === undefined ? "" : JSON.stringify(options.body);
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const request = http.request(
      {
        host: "127.0.0.1",
        port: login.port,
        method,
        path: `/api/${path}`,
        auth: `${login.user}:${login.password}`,
        agent: false,
        headers: {
          "Content-Type": "application/json",
          "Content-Length": Buffer.byteLength(payload),
        },
        signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
      },
      resolve,
    );
    request.once("error", reject);
    request.end(payload);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    status: response.statusCode ?? 0,
    body: text === "" ? undefined : (JSON.parse(text) as unknown),
  };
}
