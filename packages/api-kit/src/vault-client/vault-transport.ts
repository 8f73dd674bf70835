import https from "node:https";
import { VaultUnavailableError } from "../errors/api-errors.ts";

// An `import` reads every property of the module, and one of them loads a second HTTP client: a tenth of a start.
const http = process.getBuiltinModule("node:http");

export interface VaultAnswer {
  readonly status: number;
  readonly body: VaultBody;
}

/** Vault's envelope, as far as it is read here. */
export interface VaultBody {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly auth?: {
    readonly client_token: string;
    readonly lease_duration: number;
    readonly renewable: boolean;
  } | null;
  readonly [field: string]: unknown;
}

export interface VaultRequest {
  readonly method: "GET" | "POST";
  /** Below `/v1/`. */
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
}

/** One request to a vault, whatever its status. Rejects, as unreachable or timed out, when there is no answer. */
export type VaultTransport = ((request: VaultRequest) => Promise<VaultAnswer>) & Disposable;

const defaultTimeoutMs = 5000;

/** `ca` is read anew by nobody: a root outlives the application. */
export function createVaultTransport(address: string, ca: string | undefined): VaultTransport {
  const secure = address.startsWith("https:");
  const client = secure ? https : http;
  const agent = new client.Agent({ keepAlive: true, maxSockets: 16, ...(ca ? { ca } : {}) });
  const transport = async (request: VaultRequest): Promise<VaultAnswer> => {
    const { method, path, token, body, timeoutMs = defaultTimeoutMs } = request;
    const payload = body && Buffer.from(JSON.stringify(body));
    const headers = {
      ...(token === undefined ? {} : { "X-Vault-Token": token }),
      ...(payload ? { "Content-Type": "application/json", "Content-Length": payload.length } : {}),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await new Promise<VaultAnswer>((resolve, reject) => {
        const sent = client.request(`${address}/v1/${path}`, { method, headers, agent, signal });
        sent.once("error", reject);
        sent.once("response", (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.once("error", reject);
          response.once("end", () => {
            const status = response.statusCode ?? 0;
            resolve({ status, body: parseBody(Buffer.concat(chunks).toString()) });
          });
        });
        sent.end(payload);
      });
    } catch (cause) {
      throw signal.aborted
        ? new VaultUnavailableError("timeout", "The vault did not answer in time.", { cause })
        : new VaultUnavailableError("unreachable", "The vault can't be reached.", { cause });
    }
  };
  return Object.assign(transport, { [Symbol.dispose]: () => agent.destroy() });
}

/** What is no JSON object is no vault's answer; its status still says something. */
function parseBody(text: string): VaultBody {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? (body as VaultBody) : {};
  } catch {
    return {};
  }
}
