import { Type } from "typebox";
import { dictionaryOf, exactly, varies } from "./kinds.ts";

const requestId = Type.String(varies);
const retrySuggestion = Type.Optional(Type.String());
const stack = Type.Optional(Type.String({ description: "Only with DEBUG.", ...varies }));

/** The one envelope of every error. */
export const ErrorEnvelope = Type.Object({
  error: Type.String({ description: "The kind of error." }),
  message: Type.String(),
  status_code: Type.Integer(),
  details: Type.Optional(dictionaryOf<unknown>(true)),
  request_id: requestId,
  retry_suggestion: retrySuggestion,
  stack,
});

export const ValidationFault = Type.Object({
  loc: Type.Array(Type.Unsafe<string | number>({ type: ["string", "integer"] }), {
    description: "The place, then the way to the value in it.",
    minItems: 1,
  }),
  msg: Type.String(),
  type: Type.String({ description: "The JSON Schema keyword that does not hold." }),
  input: Type.Unknown({ description: "What was sent; shortened." }),
});

/** The same envelope, of a 422. */
export const ValidationError = Type.Object({
  error: Type.Literal("ValidationError"),
  message: Type.String(),
  status_code: exactly(422),
  details: Type.Object({
    validation_errors: Type.Array(ValidationFault, { minItems: 1 }),
  }),
  request_id: requestId,
  retry_suggestion: retrySuggestion,
  stack,
});
