import { Type } from "typebox";
import { dictionaryOf, integerOrNull, textOrNull, varies } from "./kinds.ts";

export const Secret = Type.Object({
  service: Type.String(),
  data: dictionaryOf<unknown>(true),
  note: Type.String(),
});

export const SecretValue = Type.Object({
  service: Type.String(),
  key: Type.String(),
  value: Type.String(),
  note: Type.String(),
});

export const QueryResult = Type.Object({
  database: Type.String(),
  query: Type.String({ description: "As it was sent." }),
  result: Type.String({
    description: "The value that it gave; a moment in ISO 8601.",
    ...varies,
  }),
});

export const Collections = Type.Object({
  database: Type.String(),
  collections: Type.Array(Type.String()),
  count: Type.Integer(),
});

export const CacheEntry = Type.Object({
  key: Type.String(),
  value: textOrNull,
  exists: Type.Boolean(),
  ttl: Type.Union([Type.Integer(), Type.Literal("no expiration"), Type.Null()], {
    description: 'Seconds; "no expiration"; null when there is no such key.',
    ...varies,
  }),
});

export const CacheSet = Type.Object({
  key: Type.String(),
  value: Type.String(),
  ttl: integerOrNull,
  action: Type.Literal("set"),
});

export const CacheDeleted = Type.Object({
  key: Type.String(),
  deleted: Type.Boolean(),
  action: Type.Literal("delete"),
});

export const Message = Type.Unsafe<Record<string, unknown>>({
  description: "Any JSON object that is not empty, of 1,000,000 characters and 100 levels at most.",
  type: "object",
  minProperties: 1,
  additionalProperties: true,
});

export const Published = Type.Object({
  queue: Type.String(),
  message: Message,
  action: Type.Literal("published"),
});

export const Consumed = Type.Object({
  queue: Type.String(),
  message: Type.Unknown({
    description: "Whatever was published there; null when there is nothing.",
  }),
  action: Type.Literal("consumed"),
});

export const QueueInfo = Type.Object({
  queue: Type.String(),
  exists: Type.Boolean(),
  message_count: integerOrNull,
  consumer_count: integerOrNull,
});
