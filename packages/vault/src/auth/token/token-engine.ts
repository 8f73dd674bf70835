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

/** Of no effect on some tokens. */
const alsoTakes = ["lease", "no_parent", "renewable"];

function nameOf({ params }: CoreCall): string {
  return params["role_name"] ?? "";
}

/** The auth method that is always there: tokens make tokens. */
export const tokenEngine: Engine = {
  type: "token",
  routes: new RouteTable([
    { path: "create", alsoTakes, write: (call) => createToken(call, false) },
    { path: "create-orphan", alsoTakes, write: (call) => createToken(call, true) },
    { path: "create/:role_name", alsoTakes, write: (call) => createToken(call, false) },
    { path: "roles", list: ({ view }) => ({ data: { keys: listTokenRoles(view) } }) },
    {
      path: "roles/:role_name",
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
