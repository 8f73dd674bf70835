import { envelope, isEmptyList } from "../core/envelope.ts";
import { Fault } from "../core/fault.ts";
import type { Answer, WrapInfo } from "../core/request.ts";
import type { CoreCall } from "../routing/engine.ts";
import { responseWrapping } from "../policy/response-wrapping-policy.ts";
import { cubbyholePrefix } from "../tokens/token-store.ts";

/** Under these names in the cubbyhole of the wrapping token; its policy lets it read the first. */
const responseAt = "response";
const infoAt = "wrapinfo";

export interface WrappedInfo {
  /** The path that was asked first, also after a rewrap. */
  readonly creation_path: string;
  /** ISO time. */
  readonly creation_time: string;
  /** Seconds. */
  readonly creation_ttl: number;
}

/**
 * Puts an answer in the cubbyhole of a new token that can be used once, and gives what stands for it:
 * https://developer.hashicorp.com/vault/docs/concepts/response-wrapping. What has no body is not wrapped.
 */
export function wrapAnswer(call: CoreCall, answer: Answer | undefined): Answer | undefined {
  const { request, mount } = call;
  if (request.wrapTtl === 0 || answer === undefined || answer.wrapInfo !== undefined) return answer;
  if (isEmptyList(request, answer)) throw new Fault(404, ["unsupported path"]);
  const { auth, data } = answer;
  const secretId = mount.type === "approle" ? data?.["secret_id_accessor"] : undefined;
  const accessor = auth?.accessor ?? (typeof secretId === "string" ? secretId : undefined);
  const text = wrappedText(call, answer);
  return { wrapInfo: wrapText(call, { text, ttl: request.wrapTtl, path: request.path, accessor }) };
}

interface Wrapping {
  readonly text: string;
  readonly ttl: number;
  /** Of the request whose answer it is. */
  readonly path: string;
  /** Of the token or secret-id in the answer. */
  readonly accessor?: string | undefined;
}

export function wrapText(call: CoreCall, { text, ttl, path, accessor }: Wrapping): WrapInfo {
  const { core, tx, request, system } = call;
  const { id, entry } = core.tokens.create(tx, {
    type: "service",
    policies: [responseWrapping],
    path: request.path,
    displayName: "",
    meta: null,
    numUses: 1,
    parent: "",
    creationTtl: ttl,
    explicitMaxTtl: ttl,
    period: 0,
    renewable: false,
    boundCidrs: [],
  });
  const cubbyhole = tx.view(cubbyholePrefix(entry.hash));
  const creationTime = system.now.toISOString();
  const info: WrappedInfo = {
    creation_path: path,
    creation_time: creationTime,
    creation_ttl: ttl,
  };
  cubbyhole.writeJson(responseAt, { response: text });
  cubbyhole.writeJson(infoAt, info);
  return {
    token: id,
    accessor: entry.accessor,
    ttl,
    creation_time: creationTime,
    creation_path: path,
    ...(accessor === undefined ? {} : { wrapped_accessor: accessor }),
  };
}

/** What is wrapped under a token's hash; undefined where nothing is. */
export function wrappedUnder(
  { tx }: Pick<CoreCall, "tx">,
  hash: string,
): { readonly text: string; readonly info: WrappedInfo } | undefined {
  const cubbyhole = tx.view(cubbyholePrefix(hash));
  const stored = cubbyhole.readJson<{ response: string }>(responseAt);
  const info = cubbyhole.readJson<WrappedInfo>(infoAt);
  return stored === undefined || info === undefined ? undefined : { text: stored.response, info };
}

/** An answer as it will be given when it is unwrapped; one that is no envelope with its status and type beside it. */
function wrappedText({ request }: CoreCall, answer: Answer): string {
  const { status = 200, raw, bare } = answer;
  if (raw === undefined && bare !== true && status === 200)
    return JSON.stringify(envelope(request, { ...answer, repeated: false }));
  const document = bare === true ? (answer.data ?? null) : envelope(request, answer);
  const { contentType, body } = raw ?? {
    contentType: "application/json",
    body: JSON.stringify(document),
  };
  const data = {
    http_content_type: contentType,
    http_raw_body: Buffer.from(body).toString("base64"),
    http_status_code: status,
  };
  return JSON.stringify(envelope(request, { data }));
}

/** The answer that was wrapped. */
export function unwrapText(text: string): Answer {
  const { data } = JSON.parse(text) as { readonly data: Readonly<Record<string, unknown>> | null };
  const {
    http_content_type: contentType,
    http_raw_body: body,
    http_status_code: status,
  } = data ?? {};
  if (typeof contentType !== "string" || typeof body !== "string" || typeof status !== "number")
    return { raw: { contentType: "application/json", body: text } };
  return { status, raw: { contentType, body: Buffer.from(body, "base64") } };
}
