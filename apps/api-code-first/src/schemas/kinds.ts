import { type TSchema, type TUnsafe, Type } from "typebox";

// What JSON Schema can say in fewer words than TypeBox's own types do.

/** One of these words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): TUnsafe<Word> {
  return Type.Unsafe<Word>({ type: "string", enum: words });
}

/** This whole number and no other. */
export function exactly<const Value extends number>(value: Value): TUnsafe<Value> {
  return Type.Unsafe<Value>({ type: "integer", const: value });
}

export const textOrNull = Type.Unsafe<string | null>({ type: ["string", "null"] });
export const integerOrNull = Type.Unsafe<number | null>({ type: ["integer", "null"] });

/** An object whose keys are not known before. */
export function dictionaryOf<Value>(
  values: TSchema | true,
  options: { readonly description?: string } = {},
): TUnsafe<Record<string, Value>> {
  return Type.Unsafe<Record<string, Value>>({
    ...options,
    type: "object",
    additionalProperties: values,
  });
}

/** Said of a value that depends on the moment: whoever compares answers looks at its shape only. */
export const varies = { "x-varies": true } as const;
