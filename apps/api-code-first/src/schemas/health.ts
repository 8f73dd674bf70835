import { Type } from "typebox";
import { oneOf, varies } from "./kinds.ts";

export const HealthStatus = oneOf("healthy", "unhealthy");
export const GradedHealthStatus = oneOf("healthy", "degraded", "unhealthy");

const ofHealthy = { description: "Missing when it is unhealthy." };
const error = Type.Optional(Type.String({ description: "Why it is unhealthy." }));

export const Health = Type.Object({ status: Type.Literal("ok") });

export const VaultHealth = Type.Object({
  status: HealthStatus,
  details: Type.Optional(
    Type.Object(
      {
        status: Type.String(),
        initialized: Type.Boolean(),
        sealed: Type.Boolean(),
        standby: Type.Boolean(),
        version: Type.String(),
      },
      { description: "Missing when it can't be reached." },
    ),
  ),
  error,
});

export const DatabaseHealth = Type.Object({
  status: HealthStatus,
  version: Type.Optional(Type.String(ofHealthy)),
  response_time_ms: Type.Optional(Type.Number({ ...ofHealthy, ...varies })),
  error,
});

export const RabbitmqHealth = Type.Object({
  status: HealthStatus,
  version: Type.Optional(Type.String(ofHealthy)),
  error,
});

export const RedisNodeHealth = Type.Object(
  {
    host: Type.String(),
    port: Type.Integer(),
    status: HealthStatus,
    version: Type.Optional(Type.String()),
    role: Type.Optional(Type.String()),
    connected_clients: Type.Optional(Type.Integer(varies)),
    used_memory_human: Type.Optional(Type.String(varies)),
  },
  { description: "Of a node that can't be reached, where it is and that it is unhealthy." },
);

export const RedisHealth = Type.Object({
  status: GradedHealthStatus,
  cluster_enabled: Type.Optional(Type.Boolean()),
  cluster_state: Type.Optional(Type.String()),
  total_nodes: Type.Optional(Type.Integer({ description: "How many masters there are." })),
  nodes: Type.Optional(Type.Array(RedisNodeHealth, { description: "The masters." })),
  replicas: Type.Optional(Type.Array(RedisNodeHealth)),
  error,
});

export const AllHealth = Type.Object({
  status: GradedHealthStatus,
  services: Type.Object({
    vault: VaultHealth,
    postgres: DatabaseHealth,
    mysql: DatabaseHealth,
    mongodb: DatabaseHealth,
    redis: RedisHealth,
    rabbitmq: RabbitmqHealth,
  }),
});
