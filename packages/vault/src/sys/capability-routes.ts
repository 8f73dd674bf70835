import { Fault } from "../core/fault.ts";
import type { Answer } from "../core/request.ts";
import type { CoreCall } from "../routing/engine.ts";
import type { Route } from "../routing/route.ts";
import type { TokenEntry } from "../tokens/token-entry.ts";

function answer({ core, tx, fields }: CoreCall, token: TokenEntry): Answer {
  const paths = [...(fields.strings("paths") ?? []), ...(fields.strings("path") ?? [])];
  const blank = (value: unknown): boolean =>
    Array.isArray(value) && value.some((path) => path === null || path === "");
  if ([fields.raw("paths"), fields.raw("path")].some(blank))
    throw Fault.invalidRequest("missing path");
  if (paths.length === 0) throw Fault.badRequest("paths must be supplied");
  const acl = core.policies.compile(tx, token.policies);
  const byPath = Object.fromEntries(
    paths.map((path) => [path, acl.capabilities(path.replace(/^\//, ""))]),
  );
  const only = paths.length === 1 ? { capabilities: byPath[paths[0] ?? ""] } : {};
  return { repeated: true, data: { ...byPath, ...only } };
}

export const capabilityRoutes: readonly Route<CoreCall>[] = [
  {
    path: "capabilities",
    write: (call) => {
      const id = call.fields.string("token") ?? "";
      if (id === "") throw Fault.internal("no token found");
      const token = call.core.tokens.lookup(call.tx, id);
      if (token === undefined) throw Fault.invalidRequest("invalid token");
      return answer(call, token);
    },
  },
  {
    path: "capabilities-self",
    write: (call) => {
      if (call.token === undefined) throw Fault.badToken();
      return answer(call, call.token);
    },
  },
  {
    path: "capabilities-accessor",
    write: (call) => {
      const accessor = call.fields.string("accessor") ?? "";
      if (accessor === "") throw Fault.badRequest("missing accessor");
      const token = call.core.tokens.lookupAccessor(call.tx, accessor);
      if (token === undefined) throw Fault.invalidRequest("invalid accessor");
      return answer(call, token);
    },
  },
];
