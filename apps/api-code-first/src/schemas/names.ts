import { Type } from "typebox";

// Everything that a client names. What does not match is answered with 422 and never reaches a backend.

const word = "^[a-zA-Z0-9_-]+$";

/** Proxies and clients take these for steps in a path. */
const noStep = { not: { type: "string", enum: [".", ".."] } };

export const NodeName = Type.String({
  description: "A Redis process of the stack, redis-1 to redis-6.",
  minLength: 1,
  maxLength: 50,
  pattern: word,
  examples: ["redis-1"],
});

export const ServiceName = Type.String({
  description: "Blanks around it and its case make no difference.",
  minLength: 1,
  maxLength: 50,
  pattern: word,
  examples: ["postgres"],
});

export const SecretKey = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: word,
  examples: ["user"],
});

export const CacheKey = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: "^[a-zA-Z0-9_:.-]+$",
  ...noStep,
  examples: ["session:42"],
});

export const CacheValue = Type.String({ maxLength: 10_000, examples: ["open"] });

export const CacheTtl = Type.Integer({
  description: "Seconds.",
  minimum: 1,
  maximum: 86_400,
  examples: [300],
});

export const QueueName = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: "^[a-zA-Z0-9_.-]+$",
  ...noStep,
  examples: ["orders"],
});
