import type { IncomingHttpHeaders } from "../http/request-parser.ts";

export type Operation = "create" | "read" | "update" | "patch" | "delete" | "list";

/** A request as the HTTP side hands it to the core. */
export interface VaultRequest {
  /** UUID, answered as request_id. */
  readonly id: string;
  /** Of a write, `update`; the core makes it `create` where the path says that nothing is there yet. */
  readonly operation: Operation;
  /** Without "/v1/"; ends in "/" for a list. */
  readonly path: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The data with numbers as they were written, where JavaScript's would differ: for what is stored as it is. */
  readonly exactData?: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  readonly clientToken: string | undefined;
  readonly remoteAddress: string;
  /** Seconds from X-Vault-Wrap-TTL; 0 for none. */
  readonly wrapTtl: number;
}

/** The `auth` part of an answer. */
export interface AuthAnswer {
  readonly client_token: string;
  readonly accessor: string;
  readonly policies: readonly string[];
  readonly token_policies?: readonly string[];
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly lease_duration: number;
  readonly renewable: boolean;
  readonly entity_id: string;
  readonly token_type: "service" | "batch";
  readonly orphan: boolean;
  readonly mfa_requirement: null;
  readonly num_uses: number;
}

/** Stands for an answer that was put away for whoever has the token. */
export interface WrapInfo {
  readonly token: string;
  readonly accessor: string;
  /** Seconds. */
  readonly ttl: number;
  readonly creation_time: string;
  readonly creation_path: string;
  /** Of the token or secret-id in it. */
  readonly wrapped_accessor?: string;
}

/** A body that is not the JSON envelope. */
interface RawAnswer {
  readonly contentType: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a handler gives back. Nothing at all is 204 for a write, 404 for a read or a list. */
export interface Answer {
  /** 200 unless it says otherwise. */
  readonly status?: number;
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly auth?: AuthAnswer;
  readonly warnings?: readonly string[];
  readonly lease?: { readonly id: string; readonly renewable: boolean; readonly duration: number };
  /** The data is repeated at the top level, as some old paths under sys do. */
  readonly repeated?: boolean;
  /** The data alone, without the envelope. */
  readonly bare?: boolean;
  readonly raw?: RawAnswer;
  readonly wrapInfo?: WrapInfo;
}
