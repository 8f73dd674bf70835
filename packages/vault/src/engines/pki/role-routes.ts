import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import { deletePkiRole, listPkiRoles, readPkiRole, writePkiRole } from "./pki-role.ts";
import { Fault } from "../../core/fault.ts";

function nameOf({ params }: Call): string {
  return params["role"] ?? "";
}

export const roleRoutes: readonly Route[] = [
  { path: "roles", list: ({ view }) => ({ data: { keys: listPkiRoles(view) } }) },
  {
    path: "roles/:role",
    read: (call): Answer | undefined => {
      const role = readPkiRole(call.view, nameOf(call));
      return role === undefined ? undefined : { data: { ...role } };
    },
    write: (call) => ({ data: { ...writePkiRole(call.view, nameOf(call), call.fields) } }),
    patch: (call) => {
      const before = readPkiRole(call.view, nameOf(call));
      if (before === undefined) throw Fault.notFound();
      return { data: { ...writePkiRole(call.view, nameOf(call), call.fields, before) } };
    },
    delete: (call) => {
      deletePkiRole(call.view, nameOf(call));
      return undefined;
    },
  },
];
