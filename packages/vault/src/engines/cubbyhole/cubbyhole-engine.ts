import { Fault } from "../../core/fault.ts";
import { isObject } from "../../core/fields.ts";
import type { CoreCall, Engine } from "../../routing/engine.ts";
import { responseWrapping } from "../../policy/response-wrapping-policy.ts";
import { RouteTable } from "../../routing/route-table.ts";
import { cubbyholePrefix } from "../../tokens/token-store.ts";
import type { View } from "../../barrier/view.ts";

/** Secrets that belong to one token and end with it. */
export const cubbyholeEngine: Engine = {
  type: "cubbyhole",
  routes: new RouteTable<CoreCall>([
    {
      path: "*path",
      exists: (call) => own(call).get(call.params["path"] ?? "") !== undefined,
      read: (call) => {
        const data = own(call).readExactJson<Record<string, unknown>>(pathOf(call));
        if (!isObject(data)) return undefined;
        return isWrapped(call) ? { data, warnings: [deprecated] } : { data };
      },
      list: (call) => ({ data: { keys: own(call).list(call.params["path"]) } }),
      write: (call) => {
        if (Object.keys(call.request.data).length === 0)
          throw Fault.internal("missing data fields");
        own(call).writeJson(pathOf(call), call.request.exactData ?? call.request.data);
        return undefined;
      },
      delete: (call) => {
        own(call).delete(call.params["path"] ?? "");
        return undefined;
      },
    },
  ]),
};

const deprecated =
  "Reading from 'cubbyhole/response' is deprecated. Please use sys/wrapping/unwrap to unwrap responses, as it provides additional security checks and other benefits.";

function isWrapped(call: CoreCall): boolean {
  const policies = call.token?.policies ?? [];
  return pathOf(call) === "response" && policies.length === 1 && policies[0] === responseWrapping;
}

function own({ tx, token }: CoreCall): View {
  if (token === undefined || token.type === "batch") {
    throw Fault.badRequest("cubbyhole operations are only supported by 'service' type tokens");
  }
  return tx.view(cubbyholePrefix(token.hash));
}

function pathOf({ params }: CoreCall): string {
  const path = params["path"] ?? "";
  if (path === "") throw Fault.internal("missing path");
  return path;
}
