import type { IncomingMessage } from "node:http";
import { BadRequestError, type BaseAPIException, ValidationError } from "../errors/api-errors.ts";

type Request = Pick<IncomingMessage, "url" | "headers" | "httpVersion">;

/** Paths that no route has: what can't be routed is sent there, so that it passes the same hooks as everything. */
const refusals = {
  "/-host": () => new BadRequestError("The request has no Host, or more than one."),
  "/-target": () => new BadRequestError("The request's target is no path."),
  "/-encoding": () =>
    new ValidationError([
      { loc: ["path"], msg: "is not well encoded", type: "encoding", input: null },
    ]),
} as const satisfies Readonly<Record<string, () => BaseAPIException>>;

/** What the router is to look for. */
export function routedUrl(request: Request): string {
  const { url = "/" } = request;
  return refusedPath(url, request) ?? url;
}

/** What is wrong with a request that was sent to `routed` in place of what it asked for. */
export function refusalOf(routed: string, original: string): BaseAPIException | undefined {
  if (routed === original || !Object.hasOwn(refusals, routed)) return undefined;
  return refusals[routed as keyof typeof refusals]();
}

function refusedPath(url: string, request: Request): keyof typeof refusals | undefined {
  if (!hasItsHost(request)) return "/-host";
  if (!url.startsWith("/") && !/^https?:\/\//i.test(url)) return "/-target";
  return isWellEncoded(url) ? undefined : "/-encoding";
}

/** RFC 9112, 3.2: one, and only before HTTP/1.1 none. The server joins what comes more than once. */
function hasItsHost({ headers: { host }, httpVersion }: Request): boolean {
  return host === undefined ? httpVersion < "1.1" : !host.includes(", ");
}

/** The router would turn down what is not, before any hook has seen it. */
function isWellEncoded(url: string): boolean {
  if (!url.includes("%")) return true;
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}
