import { Fault } from "../core/fault.ts";
import type { Answer } from "../core/request.ts";
import type { CoreCall } from "../routing/engine.ts";
import type { Handler, Route } from "../routing/route.ts";

function nameOf({ params }: CoreCall): string {
  return (params["name"] ?? "").toLowerCase();
}

const list: Handler<CoreCall> = ({ core, tx }) => ({ data: { keys: core.policies.list(tx) } });

const listOld: Handler<CoreCall> = ({ core, tx }) => {
  const policies = core.policies.list(tx);
  return { repeated: true, data: { keys: policies, policies } };
};

function readAs(textName: "policy" | "rules"): Handler<CoreCall> {
  return (call): Answer | undefined => {
    const policy = call.core.policies.read(call.tx, nameOf(call));
    if (policy === undefined) return undefined;
    return { repeated: textName === "rules", data: { name: policy.name, [textName]: policy.raw } };
  };
}

const write: Handler<CoreCall> = (call) => {
  const text = call.fields.string("policy") ?? call.fields.string("rules") ?? "";
  if (text === "") throw Fault.badRequest("'policy' parameter not supplied or empty");
  call.core.policies.write(call.tx, nameOf(call), decoded(text));
  return nameOf(call) === call.params["name"]
    ? undefined
    : { warnings: [`policy name was converted to ${nameOf(call)}`] };
};

/** The text may come in base64, as HCL never is. */
function decoded(text: string): string {
  const plain = text.trim();
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(plain) || plain.length % 4 !== 0) return text;
  return Buffer.from(plain, "base64").toString();
}

const remove: Handler<CoreCall> = (call) => {
  call.core.policies.delete(call.tx, nameOf(call));
  return undefined;
};

export const policyRoutes: readonly Route<CoreCall>[] = [
  { path: "policies/acl", list },
  { path: "policies/acl/*name", read: readAs("policy"), write, delete: remove },
  { path: "policy", read: listOld, list: listOld },
  { path: "policy/*name", read: readAs("rules"), write, delete: remove },
];
