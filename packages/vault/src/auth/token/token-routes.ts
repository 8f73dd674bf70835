import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { CoreCall } from "../../routing/engine.ts";
import type { Route } from "../../routing/route.ts";
import { describeToken } from "../../tokens/token-answer.ts";
import type { TokenEntry } from "../../tokens/token-entry.ts";
import { renewToken } from "./renew-token.ts";

/** The token in the body, else the one that asks. */
function idOf({ fields, request }: CoreCall): string {
  const id = fields.string("token") || request.clientToken || "";
  if (id === "") throw Fault.badRequest("missing token ID");
  return id;
}

function givenId({ fields }: CoreCall): string {
  const id = fields.string("token") ?? "";
  if (id === "") throw Fault.badRequest("missing token ID");
  return id;
}

function selfId({ request }: CoreCall): string {
  return request.clientToken ?? "";
}

function accessorOf({ fields }: CoreCall): string {
  const accessor = fields.string("accessor") ?? "";
  if (accessor === "") throw Fault.invalidRequest("missing accessor");
  return accessor;
}

function byAccessor(call: CoreCall): TokenEntry {
  const entry = call.core.tokens.lookupAccessor(call.tx, accessorOf(call));
  if (entry === undefined) throw Fault.invalidRequest("invalid accessor");
  return entry;
}

function lookup(call: CoreCall, id: string): Answer {
  const entry = call.core.tokens.lookup(call.tx, id);
  if (entry === undefined) throw new Fault(403, ["bad token"]);
  return { data: describeToken(entry, id, call.core.now()) };
}

/** The token that asks is described as it is after this use, also when that was its last. */
function lookupSelf(call: CoreCall): Answer {
  if (call.token === undefined) throw Fault.badToken();
  return { data: describeToken(call.token, selfId(call), call.core.now()) };
}

function revoke(call: CoreCall, id: string): undefined {
  const entry = call.core.tokens.lookup(call.tx, id);
  if (entry === undefined) return;
  if (entry.type === "batch") throw Fault.badRequest("batch tokens cannot be revoked");
  call.core.tokens.revokeTree(call.tx, entry.hash);
}

function revokeOrphan(call: CoreCall): undefined {
  const { core, tx, token, request } = call;
  if (token === undefined || !core.policies.compile(tx, token.policies).hasSudo(request.path))
    throw Fault.badRequest("root or sudo privileges required to revoke and orphan");
  const entry = call.core.tokens.lookup(call.tx, givenId(call));
  if (entry === undefined) throw Fault.badRequest("token to revoke not found");
  if (entry.type === "batch") throw Fault.badRequest("batch tokens cannot be revoked");
  call.core.tokens.revokeOrphaning(call.tx, entry.hash);
}

function revokeAccessor(call: CoreCall): Answer | undefined {
  const entry = call.core.tokens.lookupAccessor(call.tx, accessorOf(call));
  if (entry === undefined) return { warnings: ["No token found with this accessor"] };
  call.core.tokens.revokeTree(call.tx, entry.hash);
  return undefined;
}

function renew(call: CoreCall, id: string): Answer {
  const entry = call.core.tokens.lookup(call.tx, id);
  if (entry === undefined) throw Fault.badRequest("token not found");
  return renewToken(call, entry, id);
}

export const tokenRoutes: readonly Route<CoreCall>[] = [
  {
    path: "lookup",
    read: (call) => lookup(call, idOf(call)),
    write: (call) => lookup(call, idOf(call)),
  },
  { path: "lookup-self", read: lookupSelf, write: lookupSelf },
  {
    path: "lookup-accessor",
    write: (call) => ({ data: describeToken(byAccessor(call), "", call.core.now()) }),
  },
  { path: "renew", write: (call) => renew(call, givenId(call)) },
  { path: "renew-self", write: (call) => renew(call, selfId(call)) },
  { path: "renew-accessor", write: (call) => renewToken(call, byAccessor(call), "") },
  { path: "revoke", write: (call) => revoke(call, givenId(call)) },
  { path: "revoke-self", write: (call) => revoke(call, selfId(call)) },
  { path: "revoke-orphan", write: revokeOrphan },
  { path: "revoke-accessor", write: revokeAccessor },
  {
    path: "tidy",
    write: ({ core, tx }) => {
      core.tokens.tidy(tx);
      return {
        status: 202,
        warnings: [
          "Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.",
        ],
      };
    },
  },
  {
    path: "accessors",
    sudo: true,
    list: ({ core, tx }) => ({ data: { keys: core.tokens.accessors(tx) } }),
  },
];
