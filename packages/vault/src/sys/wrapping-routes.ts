import { Fault } from "../core/fault.ts";
import type { Answer } from "../core/request.ts";
import { responseWrapping } from "../policy/response-wrapping-policy.ts";
import type { CoreCall } from "../routing/engine.ts";
import type { Handler, Route } from "../routing/route.ts";
import type { TokenEntry } from "../tokens/token-entry.ts";
import { unwrapText, wrappedUnder, wrapText, type WrappedInfo } from "../wrapping/wrap-answer.ts";

const invalid = "wrapping token is not valid or does not exist";

/** The wrapping token that the body names; that of the request where it names none. */
function tokenIdOf({ fields, request }: CoreCall): string {
  const given = fields.raw("token");
  if (given === undefined || given === null) {
    if (request.clientToken !== undefined) return request.clientToken;
    throw unreadable("token is empty");
  }
  if (typeof given !== "string") throw unreadable("could not decode token in request body");
  if (given === "") throw unreadable("empty token in request body");
  return given;
}

function unreadable(why: string): Fault {
  return new Fault(403, [`error validating wrapping token: ${why}`]);
}

/** Before anything else is looked at, the caller's own token too. */
function requireWrapping(call: CoreCall): TokenEntry {
  const entry = call.core.tokens.lookup(call.tx, tokenIdOf(call));
  if (entry === undefined || !isWrapping(entry)) throw Fault.badRequest(invalid);
  return entry;
}

function isWrapping({ policies }: TokenEntry): boolean {
  return policies.length === 1 && policies[0] === responseWrapping;
}

/** What the token holds, which is gone with it once this request is through. */
function take(call: CoreCall): { readonly text: string; readonly info: WrappedInfo } {
  const { token: caller, core, tx } = call;
  // A wrapping token that was sent as the caller's own has been used up by this very request, and ends with it.
  const isOwn = caller !== undefined && isWrapping(caller) && !call.fields.has("token");
  const { hash } = isOwn ? caller : requireWrapping(call);
  const found = wrappedUnder(call, hash);
  if (found === undefined) throw Fault.badRequest(invalid);
  if (!isOwn) core.tokens.revokeTree(tx, hash);
  return found;
}

const wrap: Handler<CoreCall> = ({ request }): Answer => {
  if (request.wrapTtl === 0)
    throw Fault.badRequest("endpoint requires response wrapping to be used");
  return { data: request.exactData ?? request.data };
};

const unwrap: Handler<CoreCall> = (call): Answer => unwrapText(take(call).text);

const rewrap: Handler<CoreCall> = (call): Answer => {
  const { text, info } = take(call);
  return { wrapInfo: wrapText(call, { text, ttl: info.creation_ttl, path: info.creation_path }) };
};

const lookup: Handler<CoreCall> = (call): Answer | undefined => {
  const found = wrappedUnder(call, requireWrapping(call).hash);
  return found === undefined ? undefined : { data: { ...found.info } };
};

export const wrappingRoutes: readonly Route<CoreCall>[] = [
  { path: "wrapping/wrap", takesAnything: true, write: wrap },
  { path: "wrapping/unwrap", admits: requireWrapping, write: unwrap },
  { path: "wrapping/rewrap", admits: requireWrapping, write: rewrap },
  { path: "wrapping/lookup", open: true, admits: requireWrapping, read: lookup, write: lookup },
];
