import type { Answer } from "../../core/request.ts";
import type { CoreCall, Engine } from "../../routing/engine.ts";
import { RouteTable } from "../../routing/route-table.ts";
import { createToken } from "./create-token.ts";
import {
  deleteTokenRole,
  describeTokenRole,
  listTokenRoles,
  readTokenRole,
  writeTokenRole,
} from "./token-role.ts";
import { tokenRoutes } from "./token-routes.ts";

function nameOf({ params }: CoreCall): string {
  return params["role"] ?? "";
}

/** The auth method that is always there: tokens make tokens. */
export const tokenEngine: Engine = {
  type: "token",
  routes: new RouteTable([
    { path: "create", write: (call) => createToken(call, false) },
    { path: "create-orphan", write: (call) => createToken(call, true) },
    { path: "create/:role", write: (call) => createToken(call, false) },
    { path: "roles", list: ({ view }) => ({ data: { keys: listTokenRoles(view) } }) },
    {
      path: "roles/:role",
      exists: (call) => readTokenRole(call.view, nameOf(call)) !== undefined,
      read: (call): Answer | undefined => {
        const role = readTokenRole(call.view, nameOf(call));
        return role === undefined ? undefined : { data: describeTokenRole(role) };
      },
      write: (call) => {
        writeTokenRole(call.view, nameOf(call), call.fields);
        return undefined;
      },
      delete: (call) => {
        deleteTokenRole(call.view, nameOf(call));
        return undefined;
      },
    },
    ...tokenRoutes,
  ]),
};
