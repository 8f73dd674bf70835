import { Fault } from "../core/fault.ts";
import { isObject } from "../core/fields.ts";
import type { Answer, AuthAnswer, Operation, VaultRequest, WrapInfo } from "../core/request.ts";
import { fullPath, type MountEntry } from "../routing/mount-entry.ts";
import type { TokenEntry } from "../tokens/token-entry.ts";
import type { AuditDevice } from "./audit-device.ts";

/** What is known of a request when an entry is written: https://developer.hashicorp.com/vault/docs/audit */
export interface AuditSubject {
  readonly request: VaultRequest;
  readonly operation: Operation;
  readonly token: TokenEntry | undefined;
  readonly mount: MountEntry | undefined;
}

type Entry = Record<string, unknown>;

export function requestEntry(
  device: AuditDevice,
  subject: AuditSubject,
  time: Date,
  fault: Fault | undefined,
): Entry {
  return {
    time: time.toISOString(),
    type: "request",
    auth: describeAuth(device, subject),
    request: describeRequest(device, subject),
    ...errorOf(fault),
  };
}

export function responseEntry(
  device: AuditDevice,
  subject: AuditSubject,
  time: Date,
  outcome: Answer | Fault | undefined,
): Entry {
  const fault = outcome instanceof Fault ? outcome : undefined;
  const answer = outcome instanceof Fault ? undefined : outcome;
  const exempt = subject.mount?.config.audit_non_hmac_response_keys ?? [];
  const { raw, data, warnings, auth, wrapInfo } = answer ?? {};
  const shown =
    fault !== undefined
      ? { error: fault.errors.join("\n") }
      : raw === undefined
        ? data
        : {
            http_content_type: raw.contentType,
            http_raw_body: Buffer.from(raw.body).toString("base64"),
          };
  return {
    time: time.toISOString(),
    type: "response",
    auth: describeAuth(device, subject),
    request: describeRequest(device, subject),
    response: {
      ...(auth === undefined ? {} : { auth: describeNewAuth(device, auth) }),
      ...(wrapInfo === undefined ? {} : { wrap_info: describeWrapping(device, wrapInfo) }),
      ...describeMount(subject.mount),
      ...(shown === undefined || shown === null ? {} : { data: hashed(device, shown, exempt) }),
      ...(warnings === undefined || warnings.length === 0 ? {} : { warnings }),
    },
    ...errorOf(fault),
  };
}

/** The kind of error only: its text may quote what was sent, and is hashed with the data. */
function errorOf(fault: Fault | undefined): Entry {
  if (fault === undefined) return {};
  const kinds: Readonly<Record<number, string>> = {
    403: "permission denied",
    404: "unsupported path",
    405: "unsupported operation",
  };
  return {
    error: kinds[fault.status] ?? (fault.status < 500 ? "invalid request" : "internal error"),
  };
}

function describeAuth(device: AuditDevice, { request, token }: AuditSubject): Entry {
  if (token === undefined) return { token_type: "default" };
  return {
    client_token: secret(device, request.clientToken ?? ""),
    ...accessorIn(device, "accessor", token.accessor),
    display_name: token.displayName,
    policies: token.policies,
    token_policies: token.policies,
    ...(token.meta === null ? {} : { metadata: token.meta }),
    token_type: token.type,
    token_issue_time: new Date(token.created).toISOString(),
  };
}

function describeNewAuth(device: AuditDevice, auth: AuthAnswer): Entry {
  return {
    client_token: secret(device, auth.client_token),
    ...accessorIn(device, "accessor", auth.accessor),
    policies: auth.policies,
    token_policies: auth.token_policies,
    ...(auth.metadata === null ? {} : { metadata: auth.metadata }),
    num_uses: auth.num_uses,
    token_type: auth.token_type,
    token_ttl: auth.lease_duration,
  };
}

function describeWrapping(device: AuditDevice, info: WrapInfo): Entry {
  return {
    ...info,
    token: secret(device, info.token),
    ...accessorIn(device, "accessor", info.accessor),
    ...accessorIn(device, "wrapped_accessor", info.wrapped_accessor ?? ""),
  };
}

function describeRequest(
  device: AuditDevice,
  { request, operation, token, mount }: AuditSubject,
): Entry {
  const { id, clientToken, path, data, remoteAddress, wrapTtl } = request;
  const exempt = mount?.config.audit_non_hmac_request_keys ?? [];
  return {
    id,
    operation,
    ...describeMount(mount),
    ...(clientToken === undefined ? {} : { client_token: secret(device, clientToken) }),
    ...accessorIn(device, "client_token_accessor", token?.accessor ?? ""),
    namespace: { id: "root" },
    path,
    ...(Object.keys(data).length === 0 ? {} : { data: hashed(device, data, exempt) }),
    remote_address: remoteAddress,
    ...(wrapTtl === 0 ? {} : { wrap_ttl: wrapTtl }),
  };
}

function describeMount(mount: MountEntry | undefined): Entry {
  if (mount === undefined) return {};
  return {
    mount_point: fullPath(mount),
    mount_type: mount.type,
    mount_accessor: mount.accessor,
    mount_class: mount.auth ? "auth" : "secret",
  };
}

function accessorIn(device: AuditDevice, name: string, accessor: string): Entry {
  if (accessor === "") return {};
  return { [name]: device.hashesAccessors ? secret(device, accessor) : accessor };
}

function secret(device: AuditDevice, text: string): string {
  return device.raw ? text : device.digest(text);
}

/** Every text but the names and what the mount says may be seen; numbers and booleans stay. */
function hashed(device: AuditDevice, value: unknown, exempt: readonly string[]): unknown {
  if (typeof value === "string") return secret(device, value);
  if (Array.isArray(value)) return value.map((inner) => hashed(device, inner, exempt));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      exempt.includes(name) ? inner : hashed(device, inner, exempt),
    ]),
  );
}
