/**
 * The same document with what stands at `#/components/…` in place of each `$ref` to it, so that whoever reads a schema
 * needs nothing but the schema. `onFault` is told of references to nothing and to themselves.
 */
export function resolveReferences(document: unknown, onFault: (fault: string) => void): unknown {
  const resolved = new Map<string, unknown>();
  const underWay = new Set<string>();

  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (!isObject(value)) return value;
    const reference = value["$ref"];
    if (typeof reference === "string") return follow(reference);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each)]));
  };

  const follow = (reference: string): unknown => {
    if (resolved.has(reference)) return resolved.get(reference);
    const target = valueAt(document, reference);
    if (target === undefined || underWay.has(reference)) {
      onFault(`${reference} ${target === undefined ? "is not there" : "refers to itself"}`);
      return {};
    }
    underWay.add(reference);
    const value = resolve(target);
    underWay.delete(reference);
    resolved.set(reference, value);
    return value;
  };

  return resolve(document);
}

function valueAt(document: unknown, reference: string): unknown {
  const [start, ...steps] = reference.split("/");
  if (start !== "#") return undefined; // the contract is one file
  return steps
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), document);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
