import type { Answer } from "../../core/request.ts";
import type { CoreCall, Engine } from "../../routing/engine.ts";
import { RouteTable } from "../../routing/route-table.ts";
import { appRoleLogin } from "./approle-login.ts";
import { deleteRole, describeRole, listRoles, readRole, writeRole } from "./approle-role.ts";
import { roleFieldRoutes } from "./role-field-routes.ts";
import { secretIdRoutes } from "./secret-id-routes.ts";
import { SecretIds } from "./secret-id.ts";

function nameOf({ params }: CoreCall): string {
  return params["role_name"] ?? "";
}

/** https://developer.hashicorp.com/vault/api-docs/auth/approle */
export const approleEngine: Engine = {
  type: "approle",
  routes: new RouteTable<CoreCall>([
    { path: "login", alsoTakes: ["secret_id"], open: true, write: appRoleLogin },
    { path: "role", list: ({ view }) => ({ data: { keys: listRoles(view) } }) },
    {
      path: "role/:role_name",
      exists: (call) => readRole(call.view, nameOf(call)) !== undefined,
      read: (call): Answer | undefined => {
        const role = readRole(call.view, nameOf(call));
        return role === undefined ? undefined : { data: describeRole(role) };
      },
      write: (call) => {
        writeRole(call.view, nameOf(call), call.fields);
        return undefined;
      },
      delete: (call) => {
        const role = readRole(call.view, nameOf(call));
        if (role === undefined) return undefined;
        new SecretIds(call.view, nameOf(call), call.system.now).clear();
        deleteRole(call.view, nameOf(call), role);
        return undefined;
      },
    },
    ...secretIdRoutes,
    ...roleFieldRoutes,
    {
      path: "tidy/secret-id",
      write: (call): Answer => {
        for (const name of listRoles(call.view))
          new SecretIds(call.view, name, call.system.now).tidy();
        return {
          status: 202,
          warnings: [
            "Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.",
          ],
        };
      },
    },
  ]),
};
