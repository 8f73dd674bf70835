import { Fault } from "../core/fault.ts";
import type { Answer } from "../core/request.ts";
import type { Acl } from "../policy/acl.ts";
import type { CoreCall } from "../routing/engine.ts";
import { fullPath } from "../routing/mount-entry.ts";
import type { Route } from "../routing/route.ts";
import { describeMount } from "./mount-answer.ts";

/** What the caller's token may do; no policy needs to name this path, so it looks at the token itself. */
function aclOf({ core, tx, request }: CoreCall): Acl | undefined {
  const { clientToken = "", remoteAddress } = request;
  const token = core.tokens.lookupFrom(tx, clientToken, remoteAddress);
  return token === undefined ? undefined : core.policies.compile(tx, token.policies);
}

/** Which mount a path lies in: clients ask it before they use a KV mount, to learn its version. */
function readMount(call: CoreCall): Answer {
  const path = call.params["path"] ?? "";
  if (path === "") return readMounts(call);
  if (aclOf(call) === undefined) throw Fault.badToken();
  const mount = call.core.mounts.find(path);
  if (mount === undefined || aclOf(call)?.seesMount(fullPath(mount)) !== true)
    throw new Fault(403, [
      `preflight capability check returned 403, please ensure client's policies grant access to path "${path.replace(/\/*$/, "")}/"`,
    ]);
  return { data: { ...describeMount(mount), path: fullPath(mount) } };
}

function readMounts(call: CoreCall): Answer {
  const acl = aclOf(call);
  if (acl === undefined && call.request.clientToken !== undefined) throw Fault.badToken();
  const visible = (auth: boolean): Record<string, unknown> =>
    Object.fromEntries(
      call.core.mounts
        .all(auth)
        .filter(
          (mount) =>
            mount.config.listing_visibility === "unauth" ||
            acl?.seesMount(fullPath(mount)) === true,
        )
        .map((mount) => [mount.path, describeMount(mount)]),
    );
  return { data: { auth: visible(true), secret: visible(false) } };
}

export const preflightRoutes: readonly Route<CoreCall>[] = [
  { path: "internal/ui/mounts", open: true, read: readMounts },
  { path: "internal/ui/mounts/*path", open: true, read: readMount },
];
