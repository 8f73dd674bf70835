import { randomUUID } from "node:crypto";
import { checkAuditOptions, type AuditRecord } from "../audit/audit-device.ts";
import { Fault } from "../core/fault.ts";
import type { Answer } from "../core/request.ts";
import type { CoreCall } from "../routing/engine.ts";
import type { Route } from "../routing/route.ts";

function pathOf({ params }: CoreCall): string {
  return `${(params["path"] ?? "").replace(/\/+$/, "")}/`;
}

function list({ core }: CoreCall): Answer {
  const devices = core.audit
    .list()
    .map(({ path, type, description, local, options }): [string, Record<string, unknown>] => [
      path,
      { path, type, description, local, options },
    ]);
  return { repeated: true, data: Object.fromEntries(devices) };
}

function enable(call: CoreCall): undefined {
  const { core, tx, fields } = call;
  const path = pathOf(call);
  if (core.audit.list().some((taken) => path.startsWith(taken.path) || taken.path.startsWith(path)))
    throw Fault.badRequest("path already in use");
  const type = fields.string("type") ?? "";
  if (type !== "file") throw Fault.badRequest(`unknown backend type: ${JSON.stringify(type)}`);
  const options = fields.map("options") ?? {};
  checkAuditOptions(options);
  const { path: older, ...rest } = options;
  const record: AuditRecord = {
    path,
    type,
    description: fields.string("description") ?? "",
    local: fields.boolean("local") ?? false,
    options: older === undefined ? rest : { file_path: older, ...rest },
    uuid: randomUUID(),
  };
  core.audit.enable(tx, record);
}

function hash(call: CoreCall): Answer {
  const input = call.fields.string("input") ?? "";
  if (input === "") throw Fault.badRequest('the "input" parameter is empty');
  const device = call.core.audit.at(pathOf(call));
  if (device === undefined)
    throw Fault.badRequest(`unknown audit backend ${JSON.stringify(pathOf(call))}`);
  return { repeated: true, data: { hash: device.digest(input) } };
}

export const auditRoutes: readonly Route<CoreCall>[] = [
  { path: "audit", sudo: true, read: list },
  {
    path: "audit/*path",
    sudo: true,
    write: enable,
    delete: (call) => {
      call.core.audit.disable(call.tx, pathOf(call));
      return undefined;
    },
  },
  { path: "audit-hash/*path", write: hash },
];
