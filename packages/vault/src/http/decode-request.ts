import { randomUUID } from "node:crypto";
import { parseDuration } from "../core/duration.ts";
import { mayLoseDigits, NumberRangeError, parseExactly } from "../core/exact-json.ts";
import { Fault } from "../core/fault.ts";
import { invalidDuration, isObject } from "../core/fields.ts";
import type { Operation, VaultRequest } from "../core/request.ts";
import type { ParsedRequest } from "./request-parser.ts";

const apiPrefix = "/v1/";
const mergePatch = "application/merge-patch+json";

/** Levels of a JSON document; Vault's own limit is of this size. */
const deepest = 500;

type Data = Readonly<Record<string, unknown>>;

/** Throws a Fault for what is no request to the API. */
export function decodeRequest(parsed: ParsedRequest, remoteAddress: string): VaultRequest {
  const [rawPath = "", rawQuery = ""] = splitOnce(parsed.target, "?");
  if (!rawPath.startsWith(apiPrefix)) throw Fault.notFound();
  const query = parseQuery(rawQuery);
  const list = parsed.method === "LIST" || (parsed.method === "GET" && asksForList(query));
  const path = decodePath(rawPath.slice(apiPrefix.length));
  const operation = list ? "list" : operationOf(parsed.method, path);
  return {
    id: randomUUID(),
    operation,
    path: list && !path.endsWith("/") ? `${path}/` : path,
    ...(operation === "update" || operation === "patch"
      ? decodeBody(parsed, operation)
      : { data: query }),
    headers: parsed.headers,
    clientToken: tokenOf(parsed),
    remoteAddress,
    wrapTtl: wrapTtlOf(parsed),
  };
}

function operationOf(method: string, path: string): Operation {
  switch (method) {
    case "GET":
      return "read";
    case "HEAD":
      // Load balancers ask for the health in this way; nothing else answers it.
      if (path === "sys/health") return "read";
      throw new Fault(405, []);
    case "POST":
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return "delete";
    default:
      throw new Fault(405, []);
  }
}

function decodePath(raw: string): string {
  let path: string;
  try {
    path = decodeURIComponent(raw);
  } catch (error) {
    throw new Fault(400, ["malformed path"], error);
  }
  // Paths are names in the storage: none may point out of its mount, nor hide what the policies look at.
  if (!/^[ \p{L}\p{M}\p{N}\p{P}\p{S}]*$/u.test(path))
    throw new Fault(400, ["path contains unprintable characters"]);
  const segments = path.split("/");
  if (segments.includes("..") || segments.includes(".")) {
    throw new Fault(400, ["relative paths not supported"]);
  }
  if (segments.slice(0, -1).includes("")) throw new Fault(400, ["path contains an empty segment"]);
  return path;
}

function asksForList(query: Record<string, string | string[]>): boolean {
  const asked = query["list"];
  if (asked === undefined || asked === "") return false;
  if (typeof asked === "string" && /^(1|t|true)$/i.test(asked)) {
    delete query["list"];
    return true;
  }
  if (typeof asked === "string" && /^(0|f|false)$/i.test(asked)) return false;
  throw new Fault(400, []);
}

function parseQuery(text: string): Record<string, string | string[]> {
  // Without a prototype, so that no name of a parameter can be one of JavaScript's own.
  const query = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of new URLSearchParams(text)) {
    const known = query[name];
    if (known === undefined) query[name] = value;
    else if (typeof known === "string") query[name] = [known, value];
    else known.push(value);
  }
  return query;
}

/** A form where it says so or looks like one, else JSON whatever the content type says. */
function decodeBody(
  { headers, body }: ParsedRequest,
  operation: Operation,
): Pick<VaultRequest, "data" | "exactData"> {
  const contentType = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (operation === "patch") {
    if (contentType === "") throw Fault.badRequest("mime: no media type");
    if (contentType !== mergePatch) {
      throw new Fault(415, [
        `PATCH requires Content-Type of ${mergePatch}, provided ${contentType}`,
      ]);
    }
  }
  const text = body.toString();
  if (text.trim() === "") return { data: {} };
  if (contentType === "application/x-www-form-urlencoded" && !/^\s*[[{]/.test(text))
    return { data: decodeForm(text) };
  const exactData = parseObject(text);
  if (!mayLoseDigits(text)) return { data: exactData };
  return { data: JSON.parse(text) as Data, exactData };
}

function decodeForm(text: string): Data {
  return Object.fromEntries(
    Object.entries(parseQuery(text)).map(([name, value]) => [name, String(value)]),
  );
}

function parseObject(text: string): Data {
  if (isNestedTooDeeply(text)) throw undecodable("exceeded max depth");
  let document: unknown;
  try {
    document = parseExactly(text);
  } catch (error) {
    if (error instanceof NumberRangeError)
      throw undecodable(unmarshal(`number ${error.source}`, "float64"));
    // What the parser says of the text would repeat parts of it, which may be secret.
    throw undecodable("the body is not one JSON document");
  }
  if (document === null) return {};
  if (isObject(document)) return document;
  const kind = Array.isArray(document)
    ? "array"
    : typeof document === "boolean"
      ? "bool"
      : typeof document;
  throw undecodable(unmarshal(kind === "object" ? "number" : kind, "map[string]interface {}"));
}

/** Brackets outside of texts: whatever works on the document later calls itself once a level. */
function isNestedTooDeeply(text: string): boolean {
  if (text.length < deepest) return false;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (inText) {
      if (char === 0x5c) at += 1;
      else if (char === 0x22) inText = false;
    } else if (char === 0x22) inText = true;
    else if (char === 0x5b || char === 0x7b) {
      depth += 1;
      if (depth > deepest) return true;
    } else if (char === 0x5d || char === 0x7d) depth -= 1;
  }
  return false;
}

function unmarshal(what: string, type: string): string {
  return `json: cannot unmarshal ${what} into Go value of type ${type}`;
}

function undecodable(why: string): Fault {
  return Fault.badRequest(`failed to decode JSON input: ${why}`);
}

function tokenOf({ headers }: ParsedRequest): string | undefined {
  const token = headers["x-vault-token"];
  if (token !== undefined && token !== "") return token;
  return /^bearer +(\S+) *$/i.exec(headers["authorization"] ?? "")?.[1];
}

function wrapTtlOf({ headers }: ParsedRequest): number {
  const given = headers["x-vault-wrap-ttl"];
  if (given === undefined || given === "") return 0;
  const seconds = parseDuration(given);
  if (seconds !== undefined && seconds >= 0) return seconds;
  const why =
    seconds === undefined ? invalidDuration(given) : "requested wrap ttl cannot be negative";
  throw Fault.badRequest(`error parsing X-Vault-Wrap-TTL header: ${why}`);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
