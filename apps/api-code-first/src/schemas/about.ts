import { Type } from "typebox";
import { dictionaryOf } from "./kinds.ts";

const texts = Type.Array(Type.String());

export const Root = Type.Object({
  name: Type.String(),
  version: Type.String(),
  description: Type.String(),
  language: Type.String({ "x-differs-by-implementation": true }),
  docs: Type.String(),
  health: Type.String(),
  metrics: Type.String(),
  security: Type.Object({
    cors: Type.Object({ allowed_origins: texts, allow_credentials: Type.Boolean() }),
    rate_limiting: Type.Object({
      general: Type.String(),
      health: Type.String(),
      metrics: Type.String(),
    }),
    request_validation: Type.Object({
      max_body_bytes: Type.Integer(),
      allowed_content_types: texts,
    }),
    circuit_breakers: Type.Object({
      services: texts,
      failure_threshold: Type.Integer(),
      reset_seconds: Type.Integer(),
    }),
  }),
  redis_cluster: dictionaryOf<string>(Type.String(), {
    description: "Where to ask about the cluster, by what is told there.",
  }),
  examples: dictionaryOf<string>(Type.String(), {
    description: "Where the examples are, by what they show.",
  }),
});

export const OpenApiDocument = Type.Object(
  {
    openapi: Type.String(),
    info: dictionaryOf<unknown>(true),
    paths: dictionaryOf<unknown>(true),
  },
  { additionalProperties: true },
);
