import type { ApiContext } from "../context.ts";
import { version } from "../metrics/api-metrics.ts";

const descriptions: Readonly<Record<ApiContext["implementation"], string>> = {
  "reference-api": "The reference API with its schemas in code",
  "contract-api": "The reference API built from its contract",
};

export async function getRoot({ implementation, settings }: ApiContext) {
  const { general, health, metrics } = settings.rateLimits;
  return {
    name: "DevStack Core - Reference API",
    version,
    description: descriptions[implementation],
    language: "TypeScript",
    docs: "/docs",
    health: "/health/all",
    metrics: "/metrics",
    security: {
      cors: "localhost and 127.0.0.1 on the ports that applications use",
      rate_limiting: {
        general: `${general}/minute`,
        health: `${health}/minute`,
        metrics: `${metrics}/minute`,
      },
      request_validation: "by the contract, bodies up to 10 MiB",
      circuit_breakers: ["vault", "postgres", "mysql", "mongodb", "redis", "rabbitmq"],
    },
    redis_cluster: {
      nodes: "/redis/cluster/nodes",
      slots: "/redis/cluster/slots",
      info: "/redis/cluster/info",
      node_info: "/redis/nodes/{node_name}/info",
    },
    examples: {
      vault: "/examples/vault/secret/{service_name}",
      databases: "/examples/database/{database}/query",
      cache: "/examples/cache/{key}",
      messaging: "/examples/messaging/publish/{queue_name}",
    },
  };
}
