import { AuditTrail } from "../audit/audit-trail.ts";
import type { Transaction } from "../barrier/transaction.ts";
import { engines } from "../engines/registry.ts";
import { openSysPaths, sealedSysPaths } from "../sys/open-paths.ts";
import type { CoreCall } from "../routing/engine.ts";
import { fullPath, viewPrefix, type MountEntry } from "../routing/mount-entry.ts";
import { handlerOf } from "../routing/route.ts";
import type { Match } from "../routing/route-table.ts";
import type { TokenEntry } from "../tokens/token-entry.ts";
import { wrapAnswer } from "../wrapping/wrap-answer.ts";
import type { Core } from "./core.ts";
import { Fault } from "./fault.ts";
import { Fields } from "./fields.ts";
import type { Answer, Operation, VaultRequest } from "./request.ts";

type Handled = Answer | undefined;

/** The way of a request: seal, mount, token, policies, handler, storage. Throws a Fault for what is refused. */
export async function handleRequest(core: Core, request: VaultRequest): Promise<Handled> {
  const open =
    openSysPaths.find(request.path, request.operation) ??
    (core.barrier.sealed ? sealedSysPaths.find(request.path, request.operation) : undefined);
  if (open !== undefined) {
    const handle = handlerOf(open.route, request.operation);
    if (handle === undefined) throw new Fault(405, []);
    return handle({ core, request, fields: new Fields(request.data) });
  }
  if (core.barrier.sealed) throw Fault.sealed();
  if (request.path.endsWith("/") && isWrite(request.operation))
    throw Fault.badRequest("cannot write to a path ending in '/'");
  if (request.wrapTtl > 0 && (request.headers["x-vault-wrap-format"] ?? "") !== "")
    throw Fault.badRequest("answers are wrapped under plain tokens only, in no other format");
  const trail = new AuditTrail(core.audit, () => core.now(), request);
  try {
    const answer = await answerTo(core, request, trail);
    trail.tellResponse(answer);
    return answer;
  } catch (error) {
    trail.tellResponse(error instanceof Fault ? error : Fault.internal("internal error"));
    throw error;
  }
}

async function answerTo(core: Core, request: VaultRequest, trail: AuditTrail): Promise<Handled> {
  const tx = core.barrier.begin();
  const mount = core.mounts.find(request.path);
  trail.mount = mount;
  const match = mount === undefined ? undefined : findRoute(mount, request);
  if (mount !== undefined && match !== undefined) {
    const { open, admits } = match.route;
    if (open === true || admits !== undefined) {
      const call = callOf(core, tx, request, mount, match, undefined);
      admits?.(call);
      if (open === true) return run(tx, match, call, trail);
    }
  }
  const token = authenticate(core, tx, request);
  trail.token = token;
  const proceed = (as: TokenEntry): Promise<Handled> =>
    authorised(core, tx, request, mount, match, as, trail);
  return token.numUses === 0 ? proceed(token) : spending(core, token, proceed);
}

function isWrite(operation: Operation): boolean {
  return operation === "update" || operation === "patch";
}

function findRoute(mount: MountEntry, request: VaultRequest): Match<CoreCall> | undefined {
  const engine = engines.get(mount.type);
  const table = engine?.routesFor?.(mount) ?? engine?.routes;
  return table?.find(request.path.slice(fullPath(mount).length), request.operation);
}

function authenticate(core: Core, tx: Transaction, request: VaultRequest): TokenEntry {
  if (request.clientToken === undefined) throw Fault.badToken();
  const token = core.tokens.lookupFrom(tx, request.clientToken, request.remoteAddress);
  if (token === undefined) throw Fault.badToken();
  return token;
}

/** A use is spent whatever becomes of the request, and the last one ends the token. */
async function spending(
  core: Core,
  token: TokenEntry,
  proceed: (spent: TokenEntry) => Promise<Handled>,
): Promise<Handled> {
  const before = core.barrier.begin();
  const spent = core.tokens.spend(before, token);
  const durable = before.commit();
  try {
    return await proceed(spent);
  } finally {
    await durable;
    if (spent.numUses < 0 && !core.barrier.sealed) {
      const after = core.barrier.begin();
      core.tokens.revokeTree(after, token.hash);
      await after.commit();
    }
  }
}

async function authorised(
  core: Core,
  tx: Transaction,
  request: VaultRequest,
  mount: MountEntry | undefined,
  match: Match<CoreCall> | undefined,
  token: TokenEntry,
  trail: AuditTrail,
): Promise<Handled> {
  const call =
    mount === undefined || match === undefined
      ? undefined
      : callOf(core, tx, request, mount, match, token);
  const operation = call?.operation ?? request.operation;
  const { path, data, wrapTtl } = request;
  const acl = core.policies.compile(tx, token.policies);
  if (!acl.allows({ path, operation, data, wrapTtl, sudo: match?.route.sudo ?? false })) {
    throw Fault.permissionDenied();
  }
  if (mount === undefined) throw Fault.noHandler(path);
  if (match === undefined || call === undefined) throw Fault.unsupportedPath();
  return run(tx, match, call, trail);
}

async function run(
  tx: Transaction,
  match: Match<CoreCall>,
  call: CoreCall,
  trail: AuditTrail,
): Promise<Handled> {
  const handle = handlerOf(match.route, call.operation);
  if (handle === undefined)
    throw match.route.open === true
      ? new Fault(405, ["unsupported operation"])
      : Fault.unsupportedOperation();
  trail.operation = call.operation;
  trail.tellRequest();
  const answer = wrapAnswer(call, warned(call, match, await handle(call)));
  await tx.commit();
  return answer;
}

/** Tells of parameters that had no effect, where there is an answer to tell it in. */
function warned(
  { fields }: CoreCall,
  { route, params }: Match<CoreCall>,
  answer: Handled,
): Handled {
  if (answer === undefined || answer.raw !== undefined || route.takesAnything === true)
    return answer;
  const known = [...Object.keys(params), ...(route.alsoTakes ?? [])];
  const ignored = fields.ignored().filter((name) => !known.includes(name));
  const replaced = Object.keys(params).filter((name) => fields.has(name));
  const warnings = [
    ...(answer.warnings ?? []),
    ...(ignored.length === 0
      ? []
      : [`Endpoint ignored these unrecognized parameters: [${ignored.join(" ")}]`]),
    ...(replaced.length === 0
      ? []
      : [
          `Endpoint replaced the value of these parameters with the values captured from the endpoint's path: [${replaced.toSorted().join(" ")}]`,
        ]),
  ];
  return warnings.length === (answer.warnings ?? []).length ? answer : { ...answer, warnings };
}

function callOf(
  core: Core,
  tx: Transaction,
  request: VaultRequest,
  mount: MountEntry,
  match: Match<CoreCall>,
  token: TokenEntry | undefined,
): CoreCall {
  const call = {
    request,
    operation: request.operation,
    params: match.params,
    fields: new Fields(request.data),
    view: tx.view(viewPrefix(mount)),
    system: { now: core.now(), mountPath: fullPath(mount), ...core.leaseLimits(mount) },
    core,
    tx,
    mount,
    token,
  };
  const { exists, write } = match.route;
  if (request.operation !== "update" || exists === undefined || write === undefined) return call;
  const operation: Operation = exists(call) ? "update" : "create";
  return { ...call, operation, fields: new Fields(request.data, "") };
}
