import { randomUUID } from "node:crypto";
import { randomBase62 } from "../core/random-id.ts";

export interface MountConfig {
  /** Seconds; 0 stands for the server's own. */
  readonly default_lease_ttl: number;
  readonly max_lease_ttl: number;
  readonly force_no_cache: boolean;
  readonly listing_visibility?: string;
  readonly token_type?: string;
  readonly audit_non_hmac_request_keys?: readonly string[];
  readonly audit_non_hmac_response_keys?: readonly string[];
  readonly passthrough_request_headers?: readonly string[];
  readonly allowed_response_headers?: readonly string[];
}

export interface MountEntry {
  /** Ends in "/"; relative to "auth/" for an auth method. */
  readonly path: string;
  readonly type: string;
  readonly description: string;
  readonly uuid: string;
  readonly accessor: string;
  readonly config: MountConfig;
  readonly options: Readonly<Record<string, string>> | null;
  readonly local: boolean;
  readonly sealWrap: boolean;
  /** An auth method, mounted under "auth/". */
  readonly auth: boolean;
}

interface NewMount {
  readonly path: string;
  readonly type: string;
  readonly auth: boolean;
  readonly description?: string;
  readonly config?: Partial<MountConfig>;
  readonly options?: Readonly<Record<string, string>> | null;
  readonly local?: boolean;
  readonly sealWrap?: boolean;
}

export function createMount(from: NewMount): MountEntry {
  return {
    path: from.path,
    type: from.type,
    description: from.description ?? "",
    uuid: randomUUID(),
    accessor: `${from.auth ? "auth_" : ""}${from.type}_${randomBase62(8).toLowerCase()}`,
    config: { default_lease_ttl: 0, max_lease_ttl: 0, force_no_cache: false, ...from.config },
    options: from.options ?? null,
    local: from.local ?? false,
    sealWrap: from.sealWrap ?? false,
    auth: from.auth,
  };
}

/** The path under /v1/ at which a mount answers. */
export function fullPath(mount: MountEntry): string {
  return mount.auth ? `auth/${mount.path}` : mount.path;
}

/** Where in the barrier a mount's own data lies; it does not change when the mount moves. */
export function viewPrefix(mount: MountEntry): string {
  return mount.auth ? `auth/${mount.uuid}/` : `logical/${mount.uuid}/`;
}
