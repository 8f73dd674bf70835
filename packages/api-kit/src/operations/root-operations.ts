import { dependencies, failuresToOpen, halfOpenAfterMs } from "../breaker/circuit-breaker.ts";
import type { ApiContext } from "../context.ts";
import { allowedTypes, bodyLimitBytes } from "../http/content-types.ts";
import { allowedOrigins } from "../http/cors.ts";
import { version } from "../metrics/api-metrics.ts";

export function getRoot({ settings }: ApiContext) {
  const { general, health, metrics } = settings.rateLimits;
  return {
    name: "DevStack Core - Reference API",
    version,
    description:
      "How an application uses Vault, PostgreSQL, MySQL, MongoDB, Redis Cluster and RabbitMQ.",
    language: "TypeScript",
    docs: "/docs",
    health: "/health/all",
    metrics: "/metrics",
    security: {
      cors: { allowed_origins: allowedOrigins, allow_credentials: true },
      rate_limiting: {
        general: `${general}/minute`,
        health: `${health}/minute`,
        metrics: `${metrics}/minute`,
      },
      request_validation: {
        max_body_bytes: bodyLimitBytes,
        allowed_content_types: allowedTypes,
      },
      circuit_breakers: {
        services: dependencies,
        failure_threshold: failuresToOpen,
        reset_seconds: halfOpenAfterMs / 1000,
      },
    },
    redis_cluster: {
      nodes: "/redis/cluster/nodes",
      slots: "/redis/cluster/slots",
      info: "/redis/cluster/info",
      node_info: "/redis/nodes/{node_name}/info",
    },
    examples: {
      vault: "/examples/vault/secret/{service_name}",
      postgres: "/examples/database/postgres/query",
      mysql: "/examples/database/mysql/query",
      mongodb: "/examples/database/mongodb/query",
      cache: "/examples/cache/{key}",
      publish: "/examples/messaging/publish/{queue_name}",
      consume: "/examples/messaging/consume/{queue_name}",
      queue: "/examples/messaging/queue/{queue_name}/info",
    },
  };
}
