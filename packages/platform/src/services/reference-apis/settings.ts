import path from "node:path";
import type { Run } from "../definition.ts";

/** What the APIs talk to, in the words of the registry: they find out nothing by themselves. */
const redisNodes = ["redis-1", "redis-2", "redis-3", "redis-4", "redis-5", "redis-6"] as const;

/** Requests a minute that no suite and no bench comes to. */
const unhindered = "1000000";

/** What the process is told; no password is among it: those it reads from the vault by itself. */
export function settingsOf(run: Run): Readonly<Record<string, string>> {
  const { portOf, ports } = run;
  return {
    ENVIRONMENT: "development",
    HTTP_PORT: String(ports["http"]),
    HTTPS_PORT: String(ports["https"]),
    ENABLE_TLS: "true",
    CERT_DIR: path.dirname(run.tls.certificate),
    VAULT_ADDR: run.vaultAddress,
    VAULT_APPROLE_DIR: run.identityFolder,
    VAULT_CACERT: path.join(run.identityFolder, "ca.pem"),
    BACKEND_TLS: "true",
    POSTGRES_HOST: "127.0.0.1",
    POSTGRES_PORT: String(portOf("postgres", "sql")),
    MYSQL_HOST: "127.0.0.1",
    MYSQL_PORT: String(portOf("mysql", "sql")),
    MONGODB_HOST: "127.0.0.1",
    MONGODB_PORT: String(portOf("mongodb", "mongo")),
    RABBITMQ_HOST: "127.0.0.1",
    RABBITMQ_PORT: String(portOf("rabbitmq", "amqps")),
    REDIS_NODES: redisNodes.map((node) => `127.0.0.1:${portOf(node, "tls")}`).join(","),
    ...(run.isThrowaway
      ? {
          RATE_LIMIT_GENERAL: unhindered,
          RATE_LIMIT_HEALTH: unhindered,
          RATE_LIMIT_METRICS: unhindered,
        }
      : {}),
  };
}
