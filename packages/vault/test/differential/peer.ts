import { request } from "node:http";
import { setTimeout } from "node:timers/promises";
import type { Step } from "./step.ts";

export interface PeerReply {
  readonly status: number;
  readonly contentType: string;
  /** The others, but for those of this very exchange. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** The JSON document, or the bytes where it is none. */
  readonly body: unknown;
}

/** What says when and how an answer was sent. */
const exchangeHeaders = ["date", "connection", "keep-alive", "content-length", "transfer-encoding"];

/** One of the two servers that are compared, and what was kept of its answers. */
export class Peer {
  readonly #url: URL;
  readonly #kept: Map<string, string>;

  constructor(address: string, rootToken: string) {
    this.#url = new URL(address);
    this.#kept = new Map([["root", rootToken]]);
  }

  async send(step: Step): Promise<PeerReply> {
    const token = step.token === undefined ? "{{root}}" : step.token;
    const body =
      step.body === undefined
        ? undefined
        : this.#filled(
            typeof step.body === "string" ? step.body : JSON.stringify(step.body),
            "\\n",
          );
    const exchange = (): Promise<PeerReply> =>
      this.#exchange(step.method, this.#filled(step.path), body, {
        ...(token === "" ? {} : { "X-Vault-Token": this.#filled(token) }),
        ...step.headers,
      });
    let reply = await exchange();
    // The reference makes a versioned KV mount in the background, and says so for a moment.
    for (
      let tries = 0;
      tries < 100 && /Upgrading from non-versioned/.test(JSON.stringify(reply.body));
      tries += 1
    ) {
      await setTimeout(20);
      reply = await exchange();
    }
    for (const [name, way] of Object.entries(step.keep ?? {}))
      this.#kept.set(name, String(at(reply.body, way) ?? "no-such"));
    return reply;
  }

  /** Line ends of a kept PEM must be escaped inside of JSON. */
  #filled(text: string, newline = "\n"): string {
    return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) =>
      (this.#kept.get(name) ?? "").replaceAll("\n", newline),
    );
  }

  // Not fetch(), which would tidy up the very paths that are to be compared.
  #exchange(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<PeerReply> {
    const { promise, resolve, reject } = Promise.withResolvers<PeerReply>();
    const sent = request(
      {
        host: this.#url.hostname,
        port: this.#url.port,
        method,
        path: `/v1/${path}`,
        headers: {
          ...(body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) }),
          ...headers,
        },
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("error", reject);
        response.on("end", () => {
          const bytes = Buffer.concat(pieces);
          const { "content-type": contentType = "", ...others } = response.headers;
          resolve({
            status: response.statusCode ?? 0,
            contentType,
            headers: Object.fromEntries(
              Object.entries(others).filter(([name]) => !exchangeHeaders.includes(name)),
            ),
            body: parse(bytes, contentType),
          });
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
    return promise;
  }
}

function parse(bytes: Buffer, contentType: string): unknown {
  if (bytes.length === 0) return null;
  if (!contentType.startsWith("application/json")) return bytes;
  return JSON.parse(bytes.toString()) as unknown;
}

/** What lies at "a.b.0" in a document. */
function at(document: unknown, way: string): unknown {
  let found = document;
  for (const name of way.split("."))
    found = typeof found === "object" && found !== null ? Reflect.get(found, name) : undefined;
  return found;
}
