import { Fault } from "../core/fault.ts";
import type { Answer } from "../core/request.ts";
import type { CoreCall } from "../routing/engine.ts";
import type { Handler, Route } from "../routing/route.ts";
import { describeLease, findLease, leaseIdOf } from "../tokens/lease.ts";
import type { TokenEntry } from "../tokens/token-entry.ts";

function idOf({ fields, params }: CoreCall): string {
  const id = fields.string("lease_id") || params["id"] || "";
  if (id === "") throw Fault.badRequest("lease_id must be specified");
  return id;
}

function find(call: CoreCall): TokenEntry | undefined {
  return findLease(call.tx, call.core.tokens, idOf(call));
}

const lookup: Handler<CoreCall> = (call): Answer => {
  const entry = find(call);
  if (entry === undefined) throw Fault.badRequest("invalid lease");
  return { data: describeLease(entry, call.system.now) };
};

/** What lies directly under a path: leases, and folders of them. */
const list: Handler<CoreCall> = ({ core, tx, params }): Answer => {
  const prefix = params["prefix"] ?? "";
  const keys = core.tokens.createdUnder(tx, prefix).map((entry) => {
    const rest = leaseIdOf(entry).slice(prefix.length);
    return rest.includes("/") ? rest.slice(0, rest.indexOf("/") + 1) : rest;
  });
  return { data: { keys: [...new Set(keys)].toSorted() } };
};

const renew: Handler<CoreCall> = (call): never => {
  throw Fault.badRequest(
    find(call) === undefined ? "lease not found" : "tokens cannot be renewed through this endpoint",
  );
};

const revoke: Handler<CoreCall> = (call) => {
  const entry = find(call);
  if (entry !== undefined) call.core.tokens.revokeTree(call.tx, entry.hash);
  return undefined;
};

const revokePrefix: Handler<CoreCall> = ({ core, tx, params }) => {
  const prefix = (params["prefix"] ?? "").replace(/\/*$/, "/");
  for (const { hash } of core.tokens.createdUnder(tx, prefix)) core.tokens.revokeTree(tx, hash);
  return undefined;
};

const started: Handler<CoreCall> = ({ core, tx }): Answer => {
  core.tokens.tidy(tx);
  return {
    status: 202,
    warnings: [
      "Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.",
    ],
  };
};

export const leaseRoutes: readonly Route<CoreCall>[] = [
  { path: "leases/lookup", write: lookup },
  { path: "leases/lookup/*prefix", sudo: true, list },
  ...["leases/renew", "renew"].flatMap((path) => [
    { path, write: renew },
    { path: `${path}/*id`, write: renew },
  ]),
  ...["leases/revoke", "revoke"].flatMap((path) => [
    { path, write: revoke },
    { path: `${path}/*id`, write: revoke },
  ]),
  ...["leases/revoke-prefix", "leases/revoke-force", "revoke-prefix", "revoke-force"].map(
    (path) => ({
      path: `${path}/*prefix`,
      sudo: true,
      write: revokePrefix,
    }),
  ),
  { path: "leases/tidy", sudo: true, write: started },
];
