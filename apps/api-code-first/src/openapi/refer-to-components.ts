type Json = Readonly<Record<string, unknown>>;

/** By kind ("schemas"), then by name. */
export type Components = Readonly<Record<string, Readonly<Record<string, object>>>>;

/**
 * The document with the components in it, and a reference to each of them wherever it is used: code uses the object
 * itself, the document names it.
 */
export function referToComponents(document: Json, components: Components): Json {
  const references = new Map<unknown, string>();
  for (const [kind, named] of Object.entries(components))
    for (const [name, object] of Object.entries(named))
      references.set(object, `#/components/${kind}/${name}`);

  const write = (value: unknown): unknown => {
    const reference = references.get(value);
    return reference === undefined ? writeOut(value) : { $ref: reference };
  };
  const writeOut = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(write);
    if (typeof value !== "object" || value === null) return value;
    return mapValues(value as Json, write);
  };
  return {
    ...mapValues(document, write),
    components: mapValues(components, (named) => mapValues(named as Json, writeOut)),
  };
}

function mapValues(object: Json, change: (value: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
