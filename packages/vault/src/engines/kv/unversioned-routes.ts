import { parseDuration } from "../../core/duration.ts";
import { Fault } from "../../core/fault.ts";
import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";

function pathOf({ params }: Call): string {
  const path = params["path"] ?? "";
  if (path === "") throw Fault.notFound();
  return path;
}

/** KV version 1: a path holds an object, and a write replaces it. */
export const unversionedRoutes: readonly Route[] = [
  {
    path: "*path",
    exists: ({ view, params }) => view.get(params["path"] ?? "") !== undefined,
    read: (call): Answer | undefined => {
      const data = call.view.readExactJson<Record<string, unknown>>(pathOf(call));
      if (data === undefined) return undefined;
      // A secret may say itself how long a client should keep it.
      const wanted = parseDuration(data["ttl"] ?? data["lease"]) ?? 0;
      const duration = wanted > 0 ? wanted : call.system.defaultLeaseTtl;
      return { data, lease: { id: "", renewable: false, duration } };
    },
    list: ({ view, params }) => ({ data: { keys: view.list(params["path"]) } }),
    write: (call) => {
      if (call.params["path"] === "") throw Fault.badRequest("missing path");
      if (Object.keys(call.request.data).length === 0)
        throw Fault.badRequest("missing data fields");
      call.view.writeJson(pathOf(call), call.request.exactData ?? call.request.data);
      return undefined;
    },
    delete: ({ view, params }) => {
      view.delete(params["path"] ?? "");
      return undefined;
    },
  },
];
