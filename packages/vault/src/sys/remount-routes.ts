import { randomUUID } from "node:crypto";
import { Fault } from "../core/fault.ts";
import type { Answer } from "../core/request.ts";
import type { CoreCall } from "../routing/engine.ts";
import { fullPath } from "../routing/mount-entry.ts";
import type { MountMove, MountTable } from "../routing/mount-table.ts";
import type { Route } from "../routing/route.ts";

const fixed = ["sys/", "cubbyhole/", "identity/", "auth/token/"];
/** What is remembered of moves that are done; a client asks once, right after. */
const kept = 100;

function pathIn({ fields }: CoreCall, name: "from" | "to"): string {
  const path = (fields.string(name) ?? "").replace(/^\/+|\/+$/g, "");
  if (path === "")
    throw Fault.badRequest("both 'from' and 'to' path must be specified as a string");
  return `${path}/`;
}

/** The mount keeps its data, which lies under its id; the tokens that were given out at the old path end. */
function move(call: CoreCall): MountMove {
  const { core, tx } = call;
  const [from, to] = [pathIn(call, "from"), pathIn(call, "to")];
  const auth = from.startsWith("auth/");
  if (fixed.includes(from)) throw Fault.badRequest(`cannot remount ${JSON.stringify(from)}`);
  if (fixed.some((path) => to.startsWith(path)) || auth !== to.startsWith("auth/"))
    throw Fault.badRequest(`cannot remount to destination ${to}`);
  const mount = core.mounts.at(from);
  if (mount === undefined) throw Fault.badRequest(`no matching mount at ${JSON.stringify(from)}`);
  const taken = core.mounts.conflicting(to);
  if (taken !== undefined)
    throw Fault.badRequest(`path already in use at ${JSON.stringify(fullPath(taken))}`);
  core.mounts.put(tx, { ...mount, path: auth ? to.slice("auth/".length) : to });
  if (auth) core.tokens.revokeByPath(tx, from);
  return { source_mount: from, target_mount: to, status: "success" };
}

function remember({ moves }: MountTable, id: string, done: MountMove): void {
  moves.set(id, done);
  const oldest = moves.keys().next().value;
  if (moves.size > kept && oldest !== undefined) moves.delete(oldest);
}

export const remountRoutes: readonly Route<CoreCall>[] = [
  {
    path: "remount",
    sudo: true,
    write: (call): Answer => {
      const done = move(call);
      const id = randomUUID();
      call.tx.afterCommit(() => remember(call.core.mounts, id, done));
      return {
        repeated: true,
        data: { migration_id: id },
        warnings: [
          "Mount move has been queued. Progress will be reported in Vault's server log, tagged with the returned migration_id",
        ],
      };
    },
  },
  {
    path: "remount/status/:id",
    read: ({ core, params }): Answer | undefined => {
      const id = params["id"] ?? "";
      const found = core.mounts.moves.get(id);
      return found === undefined
        ? undefined
        : { data: { migration_id: id, migration_info: found } };
    },
  },
];
