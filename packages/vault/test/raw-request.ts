import { request } from "node:http";

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

/** One request as it is: fetch() would tidy up its path. Rejects when the connection breaks. */
export function rawRequest(
  url: string,
  method: string,
  path: string,
  options: {
    readonly token?: string;
    readonly body?: string | Buffer;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const { hostname, port } = new URL(url);
  const { token, body, headers = {} } = options;
  const sent = request(
    {
      host: hostname,
      port,
      method,
      path,
      headers: {
        ...(token === undefined ? {} : { "X-Vault-Token": token }),
        ...(body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) }),
        ...headers,
      },
    },
    (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString() }),
      );
    },
  );
  sent.on("error", reject);
  sent.end(body);
  return promise;
}
