import type { Answer } from "../../core/request.ts";
import type { Call, Route } from "../../routing/route.ts";
import { IssuerStore } from "./issuer-store.ts";
import {
  deletePkiRole,
  describePkiRole,
  listPkiRoles,
  readPkiRole,
  writePkiRole,
  type PkiRole,
} from "./pki-role.ts";
import { Fault } from "../../core/fault.ts";

function nameOf({ params }: Call): string {
  return params["name"] ?? "";
}

/** A role may come before its issuer. */
function issuerWarnings({ view }: Call, { issuer_ref: reference }: PkiRole): string[] {
  if (new IssuerStore(view).find(reference) !== undefined) return [];
  return [
    reference === "default"
      ? "Issuing Certificate was set to default, but no default issuing certificate (configurable at /config/issuers) is currently set"
      : `Issuing Certificate was set to ${reference} but no issuing certificate currently has that name`,
  ];
}

export const roleRoutes: readonly Route[] = [
  { path: "roles", list: ({ view }) => ({ data: { keys: listPkiRoles(view) } }) },
  {
    path: "roles/:name",
    read: (call): Answer | undefined => {
      const role = readPkiRole(call.view, nameOf(call));
      return role === undefined ? undefined : { data: describePkiRole(role) };
    },
    write: (call) => {
      const role = writePkiRole(call.view, nameOf(call), call.fields);
      return { data: describePkiRole(role), warnings: issuerWarnings(call, role) };
    },
    patch: (call) => {
      const before = readPkiRole(call.view, nameOf(call));
      if (before === undefined) throw Fault.badRequest("Unable to fetch role entry to patch");
      const role = writePkiRole(call.view, nameOf(call), call.fields, before);
      return { data: describePkiRole(role), warnings: issuerWarnings(call, role) };
    },
    delete: (call) => {
      deletePkiRole(call.view, nameOf(call));
      return undefined;
    },
  },
];
