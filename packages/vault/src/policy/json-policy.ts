import { HclObject, type HclItem, type HclValue } from "./hcl.ts";

/** A policy written as a JSON object, in the form that the same policy in HCL has; throws SyntaxError. */
export function parseJsonPolicy(text: string): HclObject {
  return new HclObject(itemsOf(JSON.parse(text) as object).flatMap(unfold));
}

/** `{"path": {"a": {…}, "b": {…}}}` is two items; so is a list of such objects. */
function unfold(item: HclItem): HclItem[] {
  const { keys, value } = item;
  if (keys[0] !== "path") return [item];
  const objects = Array.isArray(value) ? value : [value];
  return objects.flatMap((object) => {
    if (!(object instanceof HclObject)) throw new SyntaxError("path is no object");
    return object.items.flatMap((inner) => {
      const rules = Array.isArray(inner.value) ? inner.value : [inner.value];
      return rules.map((rule): HclItem => ({
        keys: ["path", ...inner.keys],
        value: rule,
        line: 0,
      }));
    });
  });
}

function itemsOf(object: object): HclItem[] {
  return Object.entries(object).map(([key, inner]) => ({
    keys: [key],
    value: fromJson(inner),
    line: 0,
  }));
}

function fromJson(value: unknown): HclValue {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === "object" && value !== null) return new HclObject(itemsOf(value));
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  throw new SyntaxError("null is no value of a policy");
}
